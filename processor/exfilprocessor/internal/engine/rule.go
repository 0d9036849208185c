package engine

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
)

// Finding is what a rule returns.
type Finding = incident.Finding

// Rule looks at the records of workloads' traffic to outside hosts, in the order
// they arrive. It keeps what it must remember in one bounded.Table, which
// provides Sweep and Drain when embedded. A Rule is not safe for concurrent use.
type Rule interface {
	// Describe returns the same pointer every time.
	Describe() *alert.Rule
	// Observe is called once a record. The record and the pair are the rule's
	// for the length of the call.
	Observe(p *Pair, r *flow.Record) (Finding, bool)
	// Sweep forgets what is stale among the next steps entries.
	Sweep(now int64, steps int)
	// Drain reports the state held.
	Drain() bounded.Stats
}
