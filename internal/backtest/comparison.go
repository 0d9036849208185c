package backtest

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Comparison is a Difference for a program to read.
type Comparison struct {
	A       SideReport       `json:"a"`
	B       SideReport       `json:"b"`
	OnlyA   []IncidentReport `json:"only_a"`
	OnlyB   []IncidentReport `json:"only_b"`
	Changed []PairReport     `json:"changed"`
	Same    int              `json:"same"`
	Verdict string           `json:"verdict"`
}

// SideReport is what came of one configuration.
type SideReport struct {
	Config    string        `json:"config"`
	Incidents int           `json:"incidents"`
	Rules     []RuleSummary `json:"rules"`
	Counters  Counters      `json:"counters"`
}

// IncidentReport is one incident as it was said last.
type IncidentReport struct {
	ID          string  `json:"id"`
	Workload    string  `json:"workload"`
	Destination string  `json:"destination"`
	Rule        string  `json:"rule"`
	Severity    string  `json:"severity"`
	Score       float64 `json:"score"`
	Bytes       int64   `json:"bytes"`
	FirstSeen   string  `json:"first_seen"`
	LastSeen    string  `json:"last_seen"`
	Open        bool    `json:"open_at_the_end,omitempty"`
}

// PairReport is one incident under both.
type PairReport struct {
	A IncidentReport `json:"a"`
	B IncidentReport `json:"b"`
}

// NewComparison compares the first two sides of a result.
func NewComparison(r *Result) *Comparison {
	a, b := &r.Sides[0], &r.Sides[1]
	d := Compare(a, b)
	c := &Comparison{
		A: a.report(), B: b.report(), OnlyA: reports(d.OnlyA), OnlyB: reports(d.OnlyB),
		Changed: []PairReport{}, Same: d.Same, Verdict: d.verdict(a, b),
	}
	for _, p := range d.Changed {
		c.Changed = append(c.Changed, PairReport{A: p.A.report(), B: p.B.report()})
	}
	return c
}

func (s *Side) report() SideReport {
	return SideReport{Config: s.Name, Incidents: len(s.Incidents), Rules: s.Rules(), Counters: s.Counters}
}

func reports(list []*Incident) []IncidentReport {
	out := []IncidentReport{}
	for _, i := range list {
		out = append(out, i.report())
	}
	return out
}

func (i *Incident) report() IncidentReport {
	return IncidentReport{
		ID: i.Last.ID, Workload: i.Workload, Destination: tell.Destination(i.Last.Destination), Rule: tell.Rule(&i.Last),
		Severity: i.Severity.String(), Score: i.Score, Bytes: i.Last.Bytes,
		FirstSeen: tell.Time(i.Last.FirstSeen), LastSeen: tell.Time(i.Last.LastSeen), Open: i.Open(),
	}
}
