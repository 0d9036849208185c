package score

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
)

// Tally is what one technique, or one rule, achieved.
type Tally struct {
	Name string
	// Attacks that count, and of those the ones found.
	Attacks, Found int
	// Incidents that name it, about attacks and not.
	True, False int
	Delays      []time.Duration
	Gone        []int64
}

// Recall is found of all; 1 where there is none.
func (t *Tally) Recall() float64 { return ratio(t.Found, t.Attacks) }

// Precision is true of all incidents; 1 where there is none.
func (t *Tally) Precision() float64 { return ratio(t.True, t.True+t.False) }

func ratio(part, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(part) / float64(all)
}

type tallies map[string]*Tally

func (ts tallies) of(name string) *Tally {
	t := ts[name]
	if t == nil {
		t = &Tally{Name: name}
		ts[name] = t
	}
	return t
}

func (ts tallies) sorted() []*Tally {
	return slices.SortedFunc(maps.Values(ts), func(a, b *Tally) int { return cmp.Compare(a.Name, b.Name) })
}

// Techniques tallies what the scenarios' techniques achieved.
func (r *Report) Techniques() []*Tally {
	ts := make(tallies)
	for _, result := range r.Results {
		if !result.Stated() {
			continue
		}
		for _, technique := range result.Who.Attack.Attack.Techniques {
			t := ts.of(technique)
			t.Attacks++
			if i := result.by(technique); i != nil {
				t.found(result, i)
			}
		}
	}
	r.incidents(ts, func(i *arena.Incident) []string { return i.Techniques })
	return ts.sorted()
}

// Rules tallies what the rules that scenarios expect achieved.
func (r *Report) Rules() []*Tally {
	ts := make(tallies)
	for _, result := range r.Results {
		if !result.Stated() {
			continue
		}
		for _, rule := range result.Who.Attack.Attack.Rules {
			t := ts.of(rule)
			t.Attacks++
			if result.ruled(rule) {
				t.Found++
			}
		}
	}
	r.incidents(ts, func(i *arena.Incident) []string { return i.Rules })
	return ts.sorted()
}

func (t *Tally) found(r *Result, i *arena.Incident) {
	t.Found++
	t.Delays = append(t.Delays, time.Duration(max(i.Opened-r.Ledger.First, 0)))
	t.Gone = append(t.Gone, i.Gone)
}

// incidents counts what each incident names, true or false.
func (r *Report) incidents(ts tallies, names func(*arena.Incident) []string) {
	for _, result := range r.Results {
		for _, i := range result.Hits {
			for _, n := range names(i) {
				ts.of(n).True++
			}
		}
	}
	for _, i := range r.False {
		for _, n := range names(i) {
			ts.of(n).False++
		}
	}
}

// quantile is the qth of a list, by the nearest rank; zero of an empty one.
func quantile[T cmp.Ordered](list []T, q float64) T {
	var none T
	if len(list) == 0 {
		return none
	}
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
