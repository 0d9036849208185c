package scenario

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

// Writer writes what came out. Incidents are numbered as they appear.
type Writer struct {
	text      strings.Builder
	incidents map[string]int
}

// NewWriter returns an empty one.
func NewWriter() *Writer { return &Writer{incidents: make(map[string]int)} }

// String is all that was written.
func (w *Writer) String() string { return w.text.String() }

// Logs writes each record: an alert in full, anything else in a line.
func (w *Writer) Logs(ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if err := w.record(rl.Resource(), lr); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *Writer) record(res pcommon.Resource, lr plog.LogRecord) error {
	if !alert.Is(lr) {
		fmt.Fprintf(&w.text, "%s passed %s%s\n", since(int64(lr.Timestamp())), lr.EventName(), lr.Body().AsString())
		return nil
	}
	var a alert.Alert
	if err := a.Decode(lr); err != nil {
		return err
	}
	w.alert(res, &a)
	return nil
}

func (w *Writer) alert(res pcommon.Resource, a *alert.Alert) {
	if _, ok := w.incidents[a.ID]; !ok {
		w.incidents[a.ID] = len(w.incidents) + 1
	}
	fmt.Fprintf(&w.text, "%s incident %d %s: %s, score %.1f, %d bytes, %s\n",
		since(a.Time), w.incidents[a.ID], a.Status, a.Severity, a.Score, a.Bytes, strings.Join(a.Techniques, " "))
	fmt.Fprintf(&w.text, "  %s\n", a.Body)
	fmt.Fprintf(&w.text, "  resource: %s\n", attributes(res.Attributes()))
	fmt.Fprintf(&w.text, "  seen: %s to %s\n", since(a.FirstSeen), since(a.LastSeen))
	if a.Lost > 0 {
		fmt.Fprintf(&w.text, "  lost: %d\n", a.Lost)
	}
	for _, f := range a.Evidence {
		fmt.Fprintf(&w.text, "  %s: %s\n", f.Rule.Name, f.Sentence)
	}
}

func attributes(m pcommon.Map) string {
	var list []string
	for k, v := range m.All() {
		list = append(list, k+"="+v.AsString())
	}
	return strings.Join(list, " ")
}

func since(ns int64) string {
	return "+" + time.Duration(ns-Base.UnixNano()).String()
}

// Metrics writes every counter and gauge that is not zero, one a line, sorted.
func Metrics(rm *metricdata.ResourceMetrics) string {
	var lines []string
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			for _, p := range points(m.Data) {
				if p.Value != 0 {
					lines = append(lines, m.Name+labels(&p)+fmt.Sprintf(" %d\n", p.Value))
				}
			}
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
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

func labels(p *metricdata.DataPoint[int64]) string {
	if p.Attributes.Len() == 0 {
		return ""
	}
	var list []string
	for _, kv := range p.Attributes.ToSlice() {
		list = append(list, string(kv.Key)+"="+kv.Value.String())
	}
	return "{" + strings.Join(list, ",") + "}"
}
