package score

import (
	"fmt"
	"io"
)

// The bars of `make eval`.
const (
	MinRecall    = 0.95
	MaxFalseRate = 1.0
)

// Figure writes one measured value for people and, as JSON, for CI.
func Figure(w io.Writer, name string, value, bar float64, unit string) {
	fmt.Fprintf(w, "%-36s %14.4f   bar %10.4f %s\n", name, value, bar, unit)
	fmt.Fprintf(w, "{\"figure\":%q,\"value\":%g,\"bar\":%g,\"unit\":%q}\n", name, value, bar, unit)
}

// Figures writes what was measured, and returns what is below its bar.
func (r *Report) Figures(w io.Writer) []string {
	var below []string
	fmt.Fprintln(w)
	for _, t := range r.Techniques() {
		if t.Attacks == 0 {
			continue
		}
		Figure(w, "eval_recall_"+t.Name, t.Recall(), MinRecall, "1")
		if t.Recall() < MinRecall {
			below = append(below, fmt.Sprintf("recall of %s is %.3f", t.Name, t.Recall()))
		}
		Figure(w, "eval_delay_p50_"+t.Name, quantile(t.Delays, .5).Seconds(), 0, "s")
		Figure(w, "eval_bytes_gone_p50_"+t.Name, float64(quantile(t.Gone, .5)), 0, "By")
	}
	Figure(w, "eval_false_alerts", r.FalseRate(), MaxFalseRate, "{alert}/1000 workload-days")
	if r.FalseRate() > MaxFalseRate {
		below = append(below, fmt.Sprintf("%.3f false alerts per 1,000 workload-days", r.FalseRate()))
	}
	return below
}
