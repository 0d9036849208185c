package backtest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// own begins the names of what the processor measures; what the collector
// measures of any processor is left out.
const own = "otelcol_exfil_"

// The processor's counters of records, as documentation.md names them.
const (
	metricRead     = "otelcol_exfil_records_read"
	metricLate     = "otelcol_exfil_records_late"
	metricRejected = "otelcol_exfil_records_rejected"
)

// Counter is one of the processor's own metrics.
type Counter struct {
	Name   string `json:"name"`
	Labels string `json:"labels,omitempty"` // key=value, sorted
	Value  int64  `json:"value"`
}

// Counters are those that are not zero, by name and labels.
type Counters []Counter

// Sum is a metric over all its labels.
func (c Counters) Sum(name string) int64 {
	var sum int64
	for _, one := range c {
		if one.Name == name {
			sum += one.Value
		}
	}
	return sum
}

func counters(rm *metricdata.ResourceMetrics) Counters {
	var list Counters
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			for _, p := range points(m.Data) {
				if p.Value != 0 && strings.HasPrefix(m.Name, own) {
					list = append(list, Counter{Name: m.Name, Labels: labels(p.Attributes), Value: p.Value})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Counter) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Labels, b.Labels))
	})
	return list
}

func points(data metricdata.Aggregation) []metricdata.DataPoint[int64] {
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		return d.DataPoints
	case metricdata.Gauge[int64]:
		return d.DataPoints
	default:
		return nil
	}
}

func labels(set attribute.Set) string {
	var list []string
	for _, kv := range set.ToSlice() {
		list = append(list, string(kv.Key)+"="+kv.Value.String())
	}
	return strings.Join(list, ",")
}

// key is a counter's name and labels.
func (c *Counter) key() string {
	if c.Labels == "" {
		return c.Name
	}
	return c.Name + "{" + tell.Clean(c.Labels) + "}"
}

// WriteCounters writes the processor's own counters.
func WriteCounters(w io.Writer, s *Side) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "COUNTER\tVALUE")
	for _, c := range s.Counters {
		fmt.Fprintf(t, "%s\t%d\n", c.key(), c.Value)
	}
	return t.Flush()
}

// metricEntries is a gauge of what is held, not a count of what happened.
const metricEntries = "otelcol_exfil_state_entries"

// writeOthers writes the counters that differ.
func writeOthers(w io.Writer, a, b Counters) error {
	values := make(map[string][2]int64)
	for side, list := range []Counters{a, b} {
		for _, c := range list {
			if c.Name == metricEntries {
				continue
			}
			both := values[c.key()]
			both[side] = c.Value
			values[c.key()] = both
		}
	}
	keys := slices.Sorted(maps.Keys(values))
	keys = slices.DeleteFunc(keys, func(key string) bool { return values[key][0] == values[key][1] })
	if len(keys) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "COUNTER\tA\tB")
	for _, key := range keys {
		fmt.Fprintf(t, "%s\t%d\t%d\n", key, values[key][0], values[key][1])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
}
