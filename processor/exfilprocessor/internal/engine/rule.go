package engine

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
)

// Finding is what a rule returns.
type Finding = incident.Finding

// Rule looks at flow records, in the order they arrive. What it must remember
// beyond the view it keeps in one bounded.Table, which provides Sweep and Drain
// when embedded, as Stateless does for a rule that keeps nothing. A Rule is not
// safe for concurrent use.
type Rule interface {
	// Describe returns the same pointer every time.
	Describe() *alert.Rule
	// Scope says which records the rule sees.
	Scope() Scope
	// Observe is called once a record. The record and the view are the rule's for
	// the length of the call.
	Observe(v *View, r *flow.Record) (*Finding, bool)
	// Sweep forgets what is stale among the next steps entries.
	Sweep(now int64, steps int)
	// Drain reports the state held.
	Drain() bounded.Stats
}

// Scope is which records a rule sees, and what its findings are about.
type Scope int

// The scopes.
const (
	// Peers: traffic with an outside host; a finding is about the workload and the
	// group of that host.
	Peers Scope = iota
	// Questions: DNS questions, whoever is asked; a finding is about the workload
	// and the registered domain asked about.
	Questions
	// Totals: what a workload sends to outside hosts that are not customary and about
	// which no incident is open; a finding is about the workload and all of them.
	Totals
	scopes
)

// Stateless is embedded by a rule that keeps nothing of its own.
type Stateless struct{}

// Sweep has nothing to forget.
func (Stateless) Sweep(int64, int) {}

// Drain has nothing to report.
func (Stateless) Drain() bounded.Stats { return bounded.Stats{} }
