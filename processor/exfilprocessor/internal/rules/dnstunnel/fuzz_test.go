package dnstunnel

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

// FuzzObserve gives any names, at any times.
func FuzzObserve(f *testing.F) {
	f.Add("abc.evil.example", "A", int64(0), int64(0), uint16(100))
	f.Add(`\200\201.evil.example.`, "NULL", int64(1e18), int64(math.MaxInt64), uint16(3))
	f.Add("..", "TYPE65399", int64(-5), int64(-1), uint16(2))
	f.Add("x.1.0.ip6.arpa", "", int64(1), int64(1), uint16(9))
	f.Fuzz(func(t *testing.T, name, kind string, step, received int64, many uint16) {
		cfg := DefaultConfig()
		cfg.MinBytes, cfg.MinDailyBytes = 1, 1
		rule := New(cfg, 4, int64(time.Hour))
		var records []flow.Record
		for i := range int64(min(many, 200)) {
			r := ask(0, string(rune('a'+i%26))+name, kind)
			r.Time += i * (step % int64(time.Hour))
			r.ReverseBytes = received
			records = append(records, r)
		}
		found, _ := ruletest.Play(rule, records)
		for _, f := range found {
			for _, x := range []float64{f.Score, f.Observed, f.Threshold, f.Baseline} {
				require.False(t, math.IsNaN(x) || math.IsInf(x, 0) || x < 0, "%v", f)
			}
			require.GreaterOrEqual(t, f.Observed, f.Threshold)
			require.InDelta(t, 75, f.Score, 25)
		}
	})
}

// FuzzScore holds that more information never scores less.
func FuzzScore(f *testing.F) {
	f.Add(int64(1), int64(2))
	f.Fuzz(func(t *testing.T, a, b int64) {
		less, more := newEncrypted(), newEncrypted()
		low, _ := ruletest.Play(less, []flow.Record{to(853, "", min(a, b))})
		high, _ := ruletest.Play(more, []flow.Record{to(853, "", max(a, b))})
		if len(low) > 0 {
			require.Len(t, high, 1)
			require.LessOrEqual(t, low[0].Score, high[0].Score)
		}
	})
}

// BenchmarkFlood is one question each about very many domains.
func BenchmarkFlood(b *testing.B) {
	records := stream{time.Millisecond, 10_000, "A", func(d *rand.Rand, i int) string { return "www." + base32Of(d, 20) + ".com" }}.records()
	for b.Loop() {
		ruletest.Play(newRule(), records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/question")
}

// BenchmarkObserve is a question each of many names, seldom one that tells anything.
func BenchmarkObserve(b *testing.B) {
	records := stream{time.Millisecond, 10_000, "A", func(d *rand.Rand, i int) string { return tenant(zipf(d, 10_000)) + ".saas.example" }}.records()
	for b.Loop() {
		ruletest.Play(newRule(), records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/question")
}
