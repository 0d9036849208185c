package engine

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

// Reason is why a record was rejected.
type Reason int

// The reasons; Invalid is counted by whoever decodes.
const (
	Invalid Reason = iota
	Future
	NoWorkload
	reasons
)

// String is the reason's word in metrics.
func (r Reason) String() string {
	return [reasons]string{"invalid", "future", "no_workload"}[r]
}

// Reasons are all of them, in order.
func Reasons() []Reason { return []Reason{Invalid, Future, NoWorkload} }

// Counts are since the last Drain.
type Counts struct {
	Read, Late, Ignored, Lost int64
	Rejected                  [reasons]int64
	Findings                  []int64 // by rule, in the engine's order
}

func newCounts(rules int) Counts { return Counts{Findings: make([]int64, rules)} }

// Reject counts a record that could not be decoded.
func (e *Engine) Reject() { e.counts.Rejected[Invalid]++ }

// Alerts returns what is to be said, and forgets it.
func (e *Engine) Alerts() []alert.Alert {
	said := e.pending
	e.pending = nil
	return said
}

// Drain calls each with the counts, which then start anew. They are valid
// during the call.
func (e *Engine) Drain(each func(*Counts)) {
	each(&e.counts)
	clear(e.counts.Findings)
	e.counts = Counts{Findings: e.counts.Findings}
}

// State is how full the tables are.
type State struct{ Workloads, Destinations, Incidents, Rules bounded.Stats }

// DrainState reports the tables; evictions and refusals start anew.
func (e *Engine) DrainState() State {
	s := State{Workloads: e.workloads.Drain(), Destinations: e.pairs.Drain()}
	s.Incidents = bounded.Stats{Entries: len(e.open), Refused: e.refused}
	e.refused = 0
	for _, rule := range e.rules {
		r := rule.Drain()
		s.Rules.Entries += r.Entries
		s.Rules.Evicted += r.Evicted
		s.Rules.Refused += r.Refused
	}
	return s
}
