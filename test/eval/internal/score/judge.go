// Package score compares what the processor said with what the scenarios' labels
// say, and writes the tables.
package score

import (
	"slices"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// grace is how long after an attack's last byte an incident may open and still
// be about it.
const grace = int64(15 * time.Minute)

// Result is what came of one attack on one workload.
type Result struct {
	Who    *traffic.Instance
	Ledger *arena.Ledger
	Hits   []*arena.Incident // about the attack, in the order in which they opened
}

// Report is the run's judgement.
type Report struct {
	Outcome *arena.Outcome
	Results []*Result
	False   []*arena.Incident
	// Silent are attacks that sent nothing: mistakes in the corpus.
	Silent []*traffic.Instance
}

// Judge puts each incident to the attack it is about, or to the false ones.
func Judge(o *arena.Outcome) *Report {
	r := &Report{Outcome: o}
	results := make(map[*traffic.Instance]*Result)
	for _, i := range o.Cluster.Instances {
		switch {
		case i.Attack == nil:
		case o.Attacks[i] == nil:
			r.Silent = append(r.Silent, i)
		default:
			results[i] = &Result{Who: i, Ledger: o.Attacks[i]}
			r.Results = append(r.Results, results[i])
		}
	}
	for _, i := range o.Incidents {
		if result := results[i.Who]; result != nil && result.about(i) {
			result.Hits = append(result.Hits, i)
			continue
		}
		r.False = append(r.False, i)
	}
	return r
}

func (r *Result) about(i *arena.Incident) bool {
	return i.Opened >= r.Ledger.First && i.Opened <= r.Ledger.Last+grace &&
		r.Who.Targets.Include(i.Destination.Domain, i.Destination.Address)
}

// Stated says whether the attack counts for recall.
func (r *Result) Stated() bool { return r.Who.Intensity >= r.Who.Attack.Attack.Stated }

// by is the first incident that names the technique, or one of its
// sub-techniques; nil if none does.
func (r *Result) by(technique string) *arena.Incident {
	for _, i := range r.Hits {
		if slices.ContainsFunc(i.Techniques, func(t string) bool { return t == technique || strings.HasPrefix(t, technique+".") }) {
			return i
		}
	}
	return nil
}

// ruled says whether the rule is in the evidence.
func (r *Result) ruled(rule string) bool {
	for _, i := range r.Hits {
		if slices.Contains(i.Rules, rule) {
			return true
		}
	}
	return false
}

// Found says whether the attack was seen for what it mainly is.
func (r *Result) Found() bool { return r.by(r.Who.Attack.Attack.Techniques[0]) != nil }

// FalseRate is false alerts per 1,000 workload-days.
func (r *Report) FalseRate() float64 {
	return float64(len(r.False)) / r.Outcome.Cluster.WorkloadDays() * 1000
}
