package backtest

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
)

func minute(n int64) int64 { return base.UnixNano() + n*60e9 }

// incident is a closed one, of minutes.
func incident(id, to string, from, until int64) *Incident {
	return &Incident{Workload: "deployment shop/web", Severity: alert.High, Score: 80, Alerts: 2, Last: alert.Alert{
		ID: id, Status: alert.Closed, Severity: alert.High, Score: 80, Bytes: 20 << 20,
		FirstSeen: minute(from), LastSeen: minute(until),
		Destination: alert.Destination{Domain: to, Address: netip.MustParseAddr("203.0.113.10"), Port: 443},
		Evidence:    []alert.Finding{{Rule: &alert.Rule{Name: "bulk_upload"}}, {Rule: &alert.Rule{Name: "encrypted_upload"}}},
	}}
}

func with(i *Incident, change func(*Incident)) *Incident {
	change(i)
	return i
}

func TestCompare(t *testing.T) {
	type list = []*Incident
	a := incident("1", "a.example", 0, 10)
	for name, test := range map[string]struct {
		b              list
		onlyA, onlyB   int
		changed, alike int
	}{
		"nothing":              {nil, 1, 0, 0, 0},
		"the same id":          {list{incident("1", "else.example", 50, 60)}, 0, 0, 0, 1},
		"the same time":        {list{incident("2", "a.example", 5, 20)}, 0, 0, 0, 1},
		"touching":             {list{incident("2", "a.example", 10, 20)}, 0, 0, 0, 1},
		"later":                {list{incident("2", "a.example", 11, 20)}, 1, 1, 0, 0},
		"earlier, still open":  {list{with(incident("2", "a.example", -60, -50), func(i *Incident) { i.Last.Status = alert.Open })}, 0, 0, 0, 1},
		"the same address":     {list{incident("2", "", 5, 20)}, 0, 0, 0, 1},
		"another destination":  {list{with(incident("2", "b.example", 5, 20), func(i *Incident) { i.Last.Destination.Address = netip.Addr{} })}, 1, 1, 0, 0},
		"a name beside it":     {list{with(incident("2", "a.b.a.example", 5, 20), func(i *Incident) { i.Last.Destination.Address = netip.Addr{} })}, 0, 0, 0, 1},
		"no destination":       {list{with(incident("2", "", 5, 20), func(i *Incident) { i.Last.Destination = alert.Destination{} })}, 1, 1, 0, 0},
		"another workload":     {list{with(incident("2", "a.example", 0, 10), func(i *Incident) { i.Workload = "other" })}, 1, 1, 0, 0},
		"several for one":      {list{incident("2", "a.example", 0, 2), incident("3", "a.example", 5, 7), incident("4", "a.example", 9, 30)}, 0, 0, 0, 1},
		"severity":             {list{with(incident("1", "a.example", 0, 10), func(i *Incident) { i.Severity = alert.Low })}, 0, 0, 1, 0},
		"score":                {list{with(incident("1", "a.example", 0, 10), func(i *Incident) { i.Score = 90 })}, 0, 0, 1, 0},
		"score, a little":      {list{with(incident("1", "a.example", 0, 10), func(i *Incident) { i.Score = 80.01 })}, 0, 0, 0, 1},
		"another strongest":    {list{with(incident("1", "a.example", 0, 10), func(i *Incident) { i.Last.Evidence = i.Last.Evidence[1:] })}, 0, 0, 1, 0},
		"that and one more":    {list{incident("1", "a.example", 0, 10), incident("2", "a.example", 40, 50)}, 0, 1, 0, 1},
		"later but before one": {list{incident("9", "a.example", 90, 99), incident("2", "a.example", 5, 20)}, 0, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := Compare(&Side{Incidents: list{a}}, &Side{Incidents: test.b})
			require.Len(t, d.OnlyA, test.onlyA)
			require.Len(t, d.OnlyB, test.onlyB)
			require.Len(t, d.Changed, test.changed)
			require.Equal(t, test.alike, d.Same)
			mirror := Compare(&Side{Incidents: test.b}, &Side{Incidents: list{a}})
			require.Len(t, mirror.OnlyA, test.onlyB)
			require.Len(t, mirror.OnlyB, test.onlyA)
		})
	}
}

// Two configurations over one reading of the records.
func TestRunAgainst(t *testing.T) {
	r, err := Run(context.Background(), stream(lines(t, week()...)), []Config{
		{Name: "A: loose", Processor: load(t, "")},
		{Name: "B: strict", Processor: load(t, "rules: {http_upload: {min_bytes: 10485760}}")},
	})
	require.NoError(t, err)
	d := Compare(&r.Sides[0], &r.Sides[1])
	require.Len(t, d.OnlyA, 1)
	require.Equal(t, "backup.example", d.OnlyA[0].Last.Destination.Domain)
	require.Empty(t, d.OnlyB)
	require.Equal(t, 2, len(d.Changed)+d.Same)
	c := NewComparison(r)
	require.Equal(t, 3, c.A.Incidents)
	require.Equal(t, 2, c.B.Incidents)
	require.Equal(t, d.verdict(&r.Sides[0], &r.Sides[1]), c.Verdict)
	require.NotEmpty(t, c.B.Counters)
}

func sides() (*Side, *Side) {
	a := &Side{Name: "A: collector.yaml", Incidents: []*Incident{
		incident("1", "a.example", 0, 10), incident("2", "b.example", 20, 30),
		with(incident("3", "c\x1b[2J.example", 40, 50), func(i *Incident) {
			i.Last.Status, i.Last.Destination.Address = alert.Open, netip.MustParseAddr("2001:db8::1")
		}),
	}}
	a.Counters = Counters{{Name: metricRead, Value: 120}, {Name: metricRejected, Labels: "reason=future", Value: 1}}
	b := &Side{Name: "B: other.yaml", Forgotten: 3, Incidents: []*Incident{
		with(incident("1", "a.example", 0, 10), func(i *Incident) { i.Severity, i.Score = alert.Critical, 95 }),
		incident("4", "b.example", 25, 30),
	}, Counters: Counters{
		{Name: metricLate, Value: 7}, {Name: metricRead, Value: 120}, {Name: metricRejected, Labels: "reason=future", Value: 2},
	}}
	return a, b
}

func TestWriteDifference(t *testing.T) {
	a, b := sides()
	d := Compare(a, b)
	var out strings.Builder
	require.NoError(t, WriteDifference(&out, a, b, &d))
	require.Equal(t, `── the difference

only in A: collector.yaml: 1
  HIGH      80.0  deployment shop/web → c`+"\uFFFD"+`[2J.example ([2001:db8::1]:443)  20.0 MiB  bulk_upload  2026-01-05T00:40:00Z

changed: 1
  deployment shop/web → a.example (203.0.113.10:443)  2026-01-05T00:00:00Z
    severity high → critical, score 80.0 → 95.0

COUNTER                                        A  B
otelcol_exfil_records_late                     0  7
otelcol_exfil_records_rejected{reason=future}  1  2

verdict: B opens 2 incidents instead of 3: 1 no longer (strongest: high), 0 new, 1 changed, 1 the same
`, out.String())
	same := Compare(a, a)
	require.Equal(t, "no difference: 3 incidents, the same in A and B", same.verdict(a, a))
}

func TestWriteSummary(t *testing.T) {
	a, b := sides()
	var out strings.Builder
	require.NoError(t, WriteSummary(&out, &recording.Stats{Records: 130}, b))
	require.Equal(t, `── B: other.yaml

records   120 read, 7 of them late; 2 rejected (2 future); 8 others passed
incidents more than 100000: 3 alerts not counted below

RULE              INCIDENTS  SUPPORTS  SEVERITY  WORKLOADS  DESTINATIONS  BYTES
bulk_upload       2          0         critical  1          2             40.0 MiB
encrypted_upload  0          2         -         0          0             0 B
all               2          0         critical  1          2             40.0 MiB

`, out.String())
	out.Reset()
	require.NoError(t, WriteSummary(&out, &recording.Stats{}, a))
	require.Contains(t, out.String(), "open at the end\n  HIGH      80.0  deployment shop/web → c")
	out.Reset()
	require.NoError(t, WriteSummary(&out, &recording.Stats{}, &Side{Name: "x"}))
	require.Contains(t, out.String(), "incidents none")
}
