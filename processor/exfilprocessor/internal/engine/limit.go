package engine

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Limit is how much a workload may send to a destination before it is unusual,
// and why.
type Limit struct {
	Bytes float64
	// Usual is what is usually sent, 0 where nothing was learned.
	Usual float64
	Basis Basis
}

// Basis is what a limit rests on.
type Basis int

// The bases.
const (
	// Floor: nothing is known of the destination or of the workload.
	Floor Basis = iota
	// Learning: the engine has only begun to learn.
	Learning
	// Learned: what is usually sent to the destination.
	Learned
	// WorkloadLearned: the destination is new; what the workload usually sends in all.
	WorkloadLearned
)

// learningFactor is how many times the floor is the limit while the engine learns:
// only what no baseline could explain is reported.
const learningFactor = 100

// Explain says in a sentence what the limit rests on, for volumes in span.
func (l Limit) Explain(span string) string {
	limit := prose.Bytes(whole(l.Bytes))
	switch l.Basis {
	case Learning:
		return fmt.Sprintf("the limit is %s within %s while the engine learns what is usual", limit, span)
	case Learned:
		if l.Usual > l.Bytes {
			return fmt.Sprintf("the limit is %s within %s and at most doubles in a day, though %s is usual of late",
				limit, span, prose.Bytes(whole(l.Usual)))
		}
		return fmt.Sprintf("usual is %s, the limit %s within %s", prose.Bytes(whole(l.Usual)), limit, span)
	case WorkloadLearned:
		return fmt.Sprintf("the destination is new; the limit is %s within %s, usual for the workload in all is %s",
			limit, span, prose.Bytes(whole(l.Usual)))
	default:
		return fmt.Sprintf("the floor is %s within %s, as there is no baseline yet", limit, span)
	}
}
