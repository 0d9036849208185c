package engine

import (
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
	Findings                  []int64   // by rule, in the engine's order
	Allowed                   []Allowed // by allowance
}

// Allowed is what an allowance covered.
type Allowed struct{ Records, Bytes int64 }

func (a *Allowed) add(bytes int64) {
	a.Records++
	a.Bytes = saturate(a.Bytes, bytes)
}

func newCounts(rules, allowances int) Counts {
	return Counts{Findings: make([]int64, rules), Allowed: make([]Allowed, allowances)}
}

// Reject counts a record that could not be decoded.
func (e *Engine) Reject() { e.counts.Rejected[Invalid]++ }

// Rules are those of the first shard, in order: for their descriptions.
func (e *Engine) Rules() []Rule { return e.shards[0].all }

// Drain calls each with the counts, which then start anew. They are valid
// during the call.
func (e *Engine) Drain(each func(*Counts)) {
	for _, s := range e.shards {
		for i, n := range s.counts {
			e.counts.Findings[i] += n
		}
		for i, a := range s.passed {
			e.counts.Allowed[i].Records += a.Records
			e.counts.Allowed[i].Bytes += a.Bytes
		}
		clear(s.counts)
		clear(s.passed)
	}
	each(&e.counts)
	clear(e.counts.Findings)
	clear(e.counts.Allowed)
	e.counts = Counts{Findings: e.counts.Findings, Allowed: e.counts.Allowed}
}

// State is how full the tables are.
type State struct{ Workloads, Destinations, Incidents, Suspects, Transfers, Aliases, Rules bounded.Stats }

// DrainState reports the tables; evictions and refusals start anew.
func (e *Engine) DrainState() State {
	var sum State
	for _, s := range e.shards {
		add(&sum.Workloads, s.workloads.Drain())
		add(&sum.Destinations, s.pairs.Drain())
		add(&sum.Incidents, bounded.Stats{Entries: len(s.open), Refused: s.refused})
		add(&sum.Suspects, s.suspects.Drain())
		add(&sum.Aliases, s.aliases.Drain())
		add(&sum.Transfers, s.transfers.Drain())
		s.refused = 0
		for _, rule := range s.all {
			add(&sum.Rules, rule.Drain())
		}
	}
	return sum
}

func add(sum *bounded.Stats, s bounded.Stats) {
	sum.Entries += s.Entries
	sum.Evicted += s.Evicted
	sum.Refused += s.Refused
}
