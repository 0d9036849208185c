package backtest

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Pair is one incident under two configurations.
type Pair struct{ A, B *Incident }

// changed says that a person would read the two differently.
func (p Pair) changed() bool {
	return p.A.Severity != p.B.Severity || math.Abs(p.A.Score-p.B.Score) >= 0.05 || tell.Rule(&p.A.Last) != tell.Rule(&p.B.Last)
}

// Difference is how two sides differ. Incidents are the same where workload and
// destination are, and their times overlap; several of one side may be one of the
// other.
type Difference struct {
	OnlyA, OnlyB []*Incident
	Changed      []Pair // severity, score or strongest rule
	Same         int    // pairs that are not changed
}

// Compare matches the incidents of two sides.
func Compare(a, b *Side) Difference {
	inA, inB := newIndex(a.Incidents), newIndex(b.Incidents)
	var d Difference
	for _, i := range a.Incidents {
		other := inB.match(i)
		switch pair := (Pair{A: i, B: other}); {
		case other == nil:
			d.OnlyA = append(d.OnlyA, i)
		case pair.changed():
			d.Changed = append(d.Changed, pair)
		default:
			d.Same++
		}
	}
	for _, i := range b.Incidents {
		if inA.match(i) == nil {
			d.OnlyB = append(d.OnlyB, i)
		}
	}
	return d
}

// index finds incidents by id, and by workload and destination: a destination is
// known by its name, or by the address seen last.
type index struct {
	byID map[string]*Incident
	by   map[meeting][]*Incident // by first time
}

// meeting is a workload and one of a destination's names.
type meeting struct{ workload, destination string }

func newIndex(incidents []*Incident) *index {
	x := &index{byID: make(map[string]*Incident), by: make(map[meeting][]*Incident)}
	for _, i := range incidents {
		x.byID[i.Last.ID] = i
		for _, m := range i.meetings() {
			x.by[m] = append(x.by[m], i)
		}
	}
	for _, list := range x.by {
		slices.SortStableFunc(list, func(a, b *Incident) int { return cmp.Compare(a.Last.FirstSeen, b.Last.FirstSeen) })
	}
	return x
}

// meetings are an incident's: the engine takes the names below one registered
// domain for one destination, and an incident may have none, as where it is about
// all of them.
func (i *Incident) meetings() []meeting {
	d, list := i.Last.Destination, []meeting(nil)
	if d.Domain != "" {
		list = append(list, meeting{i.Workload, d.Domain})
	}
	if registered, err := publicsuffix.EffectiveTLDPlusOne(d.Domain); err == nil && registered != d.Domain {
		list = append(list, meeting{i.Workload, registered})
	}
	if d.Address.IsValid() {
		list = append(list, meeting{i.Workload, d.Address.String()})
	}
	if len(list) == 0 {
		list = append(list, meeting{workload: i.Workload})
	}
	return list
}

// match is the other side's incident: with the same id, or the first that goes on
// at the same time.
func (x *index) match(i *Incident) *Incident {
	if same := x.byID[i.Last.ID]; same != nil {
		return same
	}
	for _, m := range i.meetings() {
		for _, other := range x.by[m] {
			if other.Last.FirstSeen > i.until() {
				break
			}
			if other.until() >= i.Last.FirstSeen {
				return other
			}
		}
	}
	return nil
}

// until is the last time an incident can be said to go on.
func (i *Incident) until() int64 {
	if i.Open() {
		return math.MaxInt64
	}
	return max(i.Last.LastSeen, i.Last.FirstSeen)
}

// WriteDifference writes how two sides differ, and a verdict in one line.
func WriteDifference(w io.Writer, a, b *Side, d *Difference) error {
	fmt.Fprintf(w, "── the difference\n\n")
	writeOnly(w, "only in "+a.Name, d.OnlyA)
	writeOnly(w, "only in "+b.Name, d.OnlyB)
	if len(d.Changed) > 0 {
		fmt.Fprintf(w, "changed: %d\n", len(d.Changed))
		for _, p := range d.Changed {
			fmt.Fprintf(w, "  %s → %s  %s\n    %s\n", p.A.Workload, tell.Destination(p.B.Last.Destination), tell.Time(p.A.Last.FirstSeen), p.change())
		}
		fmt.Fprintln(w)
	}
	if err := writeOthers(w, a.Counters, b.Counters); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "verdict: %s\n", d.verdict(a, b))
	return err
}

func writeOnly(w io.Writer, title string, list []*Incident) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, len(list))
	for _, i := range list {
		fmt.Fprintf(w, "  %s\n", i.line())
	}
	fmt.Fprintln(w)
}

// change is what is different about one incident.
func (p Pair) change() string {
	var list []string
	if p.A.Severity != p.B.Severity {
		list = append(list, fmt.Sprintf("severity %s → %s", p.A.Severity, p.B.Severity))
	}
	if p.A.Score != p.B.Score {
		list = append(list, fmt.Sprintf("score %.1f → %.1f", p.A.Score, p.B.Score))
	}
	if ruleA, ruleB := tell.Rule(&p.A.Last), tell.Rule(&p.B.Last); ruleA != ruleB {
		list = append(list, fmt.Sprintf("rule %s → %s", ruleA, ruleB))
	}
	return strings.Join(list, ", ")
}

// verdict is the difference in one line.
func (d *Difference) verdict(a, b *Side) string {
	if len(d.OnlyA)+len(d.OnlyB)+len(d.Changed) == 0 {
		return fmt.Sprintf("no difference: %s, the same in A and B", count(len(a.Incidents)))
	}
	loses := ""
	if n := strongest(d.OnlyA); n > 0 {
		loses = fmt.Sprintf(" (strongest: %s)", n)
	}
	return fmt.Sprintf("B opens %s instead of %d: %d no longer%s, %d new, %d changed, %d the same",
		count(len(b.Incidents)), len(a.Incidents), len(d.OnlyA), loses, len(d.OnlyB), len(d.Changed), d.Same)
}

func strongest(list []*Incident) alert.Severity {
	var s alert.Severity
	for _, i := range list {
		s = max(s, i.Severity)
	}
	return s
}

func count(n int) string {
	if n == 1 {
		return "1 incident"
	}
	return fmt.Sprintf("%d incidents", n)
}
