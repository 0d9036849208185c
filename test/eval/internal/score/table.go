package score

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// Write writes all tables.
func (r *Report) Write(w io.Writer) {
	r.writeTechniques(w)
	r.writeRules(w)
	r.writeScenarios(w)
	r.writeMissed(w)
	r.writeFalse(w)
	for _, i := range r.Silent {
		fmt.Fprintf(w, "\n%s: the attack sent nothing\n", i.Key())
	}
}

func table(w io.Writer, title, header string) *tabwriter.Writer {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, strings.ReplaceAll(header, "|", "\t"))
	return t
}

func (r *Report) writeTechniques(w io.Writer) {
	t := table(w, "By technique: attacks at the stated intensity and above",
		"technique|attacks|found|recall|precision|true|false|delay p50|p95|bytes gone p50|p95")
	for _, n := range r.Techniques() {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.3f\t%.3f\t%d\t%d\t%s\t%s\t%s\t%s\n", n.Name, n.Attacks, n.Found, n.Recall(), n.Precision(),
			n.True, n.False, seconds(quantile(n.Delays, .5)), seconds(quantile(n.Delays, .95)),
			size(quantile(n.Gone, .5)), size(quantile(n.Gone, .95)))
	}
	t.Flush()
}

func (r *Report) writeRules(w io.Writer) {
	t := table(w, "By rule: attacks that ought to have it in their evidence, and incidents that have",
		"rule|attacks|in evidence|recall|precision|true|false")
	for _, n := range r.Rules() {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.3f\t%.3f\t%d\t%d\n", n.Name, n.Attacks, n.Found, n.Recall(), n.Precision(), n.True, n.False)
	}
	t.Flush()
}

// writeScenarios shows where each attack stops being seen.
func (r *Report) writeScenarios(w io.Writer) {
	t := table(w, "By scenario: found of all, and what was sent, by intensity; [stated]; what is not seen is marked -",
		"scenario|technique|intensities")
	for _, group := range r.byScenario() {
		a := group[0].Who.Attack
		var cells []string
		for _, same := range byIntensity(group) {
			cells = append(cells, cell(same))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", a.Name, a.Attack.Techniques[0], strings.Join(cells, "  "))
	}
	t.Flush()
}

// writeMissed lists what counts for recall and was not found for what it is.
func (r *Report) writeMissed(w io.Writer) {
	t := table(w, "Missed at the stated intensity and above", "scenario|intensity|attacks|sent|techniques missed|rules missed|seen instead")
	for _, group := range r.byScenario() {
		for _, same := range byIntensity(group) {
			if same[0].Stated() {
				writeMissed(t, same)
			}
		}
	}
	t.Flush()
}

// writeMissed writes a line for attacks of one scenario and intensity that were
// missed in the same way.
func writeMissed(w io.Writer, same []*Result) {
	type miss struct{ techniques, rules string }
	var order []miss
	by := make(map[miss][]*Result)
	for _, result := range same {
		a := result.Who.Attack.Attack
		m := miss{
			techniques: lacking(a.Techniques, func(n string) bool { return result.by(n) != nil }),
			rules:      lacking(a.Rules, result.ruled),
		}
		if m != (miss{}) && by[m] == nil {
			order = append(order, m)
		}
		by[m] = append(by[m], result)
	}
	for _, m := range order {
		first := by[m][0]
		fmt.Fprintf(w, "%s\t%g\t%d of %d\t%s\t%s\t%s\t%s\n", first.Who.Attack.Name, first.Who.Intensity, len(by[m]), len(same),
			size(first.Ledger.Bytes), m.techniques, m.rules, first.instead())
	}
}

func lacking(names []string, has func(string) bool) string {
	var missing []string
	for _, n := range names {
		if !has(n) {
			missing = append(missing, n)
		}
	}
	return strings.Join(missing, " ")
}

// instead is what was seen of an attack that was not seen for what it is.
func (r *Result) instead() string {
	if len(r.Hits) == 0 {
		return "nothing"
	}
	first := r.Hits[0]
	return fmt.Sprintf("%d incidents, first %s %v", len(r.Hits), strings.Join(first.Rules, "+"), first.Techniques)
}

func (r *Report) byScenario() [][]*Result {
	return groups(r.Results, func(a, b *Result) bool { return a.Who.Attack == b.Who.Attack })
}

func byIntensity(results []*Result) [][]*Result {
	return groups(results, func(a, b *Result) bool { return a.Who.Intensity == b.Who.Intensity })
}

// groups cuts a list where neighbours differ.
func groups(list []*Result, same func(a, b *Result) bool) [][]*Result {
	var all [][]*Result
	for i, r := range list {
		if i == 0 || !same(list[i-1], r) {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], r)
	}
	return all
}

func cell(same []*Result) string {
	found, bytes := 0, int64(0)
	for _, r := range same {
		bytes += r.Ledger.Bytes
		if r.Found() {
			found++
		}
	}
	text := fmt.Sprintf("%g:%d/%d(%s)", same[0].Who.Intensity, found, len(same), size(bytes/int64(len(same))))
	if same[0].Who.Intensity == same[0].Who.Attack.Attack.Stated {
		text = "[" + text + "]"
	}
	if found == 0 {
		text = "-" + text
	}
	return text
}

// mostListed is how many false alerts are listed one by one.
const mostListed = 400

func (r *Report) writeFalse(w io.Writer) {
	c := r.Outcome.Cluster
	fmt.Fprintf(w, "\nFalse alerts: %d in %.0f workload-days, %.3f per 1,000\n", len(r.False), c.WorkloadDays(), r.FalseRate())
	r.WriteFalseByScenario(w)
	for n, i := range r.False {
		if n == mostListed {
			fmt.Fprintf(w, "  and %d more\n", len(r.False)-n)
			break
		}
		fmt.Fprintf(w, "  %s %s (%s) %s %.0f [%s]: %s\n", day(i.Opened), i.Who.Key(), scenarioOf(i.Who), i.Severity, i.Score,
			strings.Join(i.Rules, " "), i.Body)
	}
}

func scenarioOf(i *traffic.Instance) string {
	if i.Attack != nil {
		return "victim of " + i.Attack.Name
	}
	return i.Scenario.Name
}

// day writes a time as the corpus does.
func day(ns int64) string {
	d := time.Duration(ns - traffic.Start.UnixNano())
	return fmt.Sprintf("d%dT%s", d/(24*time.Hour), time.Unix(0, ns).UTC().Format("15:04"))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0fs", d.Seconds()) }

func size(bytes int64) string {
	v := float64(bytes)
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if v < 1024 {
			return fmt.Sprintf("%.3g%s", v, unit)
		}
		v /= 1024
	}
	return fmt.Sprintf("%.3gGiB", v)
}

// WriteFalseByScenario counts false alerts by scenario.
func (r *Report) WriteFalseByScenario(w io.Writer) {
	counts := make(map[string]int)
	var names []string
	for _, i := range r.False {
		name := scenarioOf(i.Who) + " [" + strings.Join(i.Rules, " ") + "]"
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(w, "  %5d %s\n", counts[n], n)
	}
}
