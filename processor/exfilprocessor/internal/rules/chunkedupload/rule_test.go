package chunkedupload

import (
	"cmp"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const kib, mib = 1 << 10, 1 << 20

// transfers are connections of the sizes given, so far apart.
func transfers(from, every time.Duration, sizes ...int64) []flow.Record {
	var records []flow.Record
	for i, size := range sizes {
		r := ruletest.Record(from+time.Duration(i)*every, uint16(4000+i), 443, size)
		r.EndReason = flow.EndOfFlow
		records = append(records, r)
	}
	return records
}

// going are parts of one connection that goes on.
func going(from, every time.Duration, sizes ...int64) []flow.Record {
	return changed(transfers(from, every, sizes...), func(r *flow.Record) {
		r.Source, r.EndReason = netip.AddrPortFrom(r.Source.Addr(), 4000), flow.EndActiveTimeout
	})
}

func same(n int, size int64) []int64 {
	sizes := make([]int64, n)
	for i := range sizes {
		sizes[i] = size
	}
	return sizes
}

// mixed puts others between the sizes.
func mixed(sizes []int64, others ...int64) []int64 {
	var all []int64
	for i, size := range sizes {
		all = append(all, size, others[i%len(others)])
	}
	return all
}

// varied is normally distributed about the size.
func varied(n int, size, variation float64) []int64 {
	dice := rand.New(rand.NewPCG(1, 1))
	sizes := make([]int64, n)
	for i := range sizes {
		sizes[i] = int64(size * (1 + variation*dice.NormFloat64()))
	}
	return sizes
}

func logNormal(n int, size, sigma float64) []int64 {
	dice := rand.New(rand.NewPCG(2, 2))
	sizes := make([]int64, n)
	for i := range sizes {
		sizes[i] = int64(size * math.Exp(sigma*dice.NormFloat64()))
	}
	return sizes
}

func changed(records []flow.Record, change func(*flow.Record)) []flow.Record {
	for i := range records {
		change(&records[i])
	}
	return records
}

func TestObserve(t *testing.T) {
	const minute = time.Minute
	for name, test := range map[string]struct {
		records []flow.Record
		first   int // the record that is reported first, from 1; 0: none
		times   int
	}{
		"eight":                      {transfers(0, minute, same(8, mib)...), 8, 1},
		"seven":                      {transfers(0, minute, same(7, mib)...), 0, 0},
		"eight, too small together":  {transfers(0, minute, same(9, 500*kib)...), 9, 1},
		"small pieces, too few":      {transfers(0, minute, same(127, 32*kib)...), 0, 0},
		"small pieces":               {transfers(0, minute, same(129, 32*kib+100)...), 128, 1},
		"smaller pieces":             {transfers(0, minute, same(250, 20*kib)...), 0, 0},
		"doubling":                   {transfers(0, minute, same(40, mib)...), 8, 3},
		"one each half hour":         {transfers(0, 30*minute, same(8, mib)...), 8, 1},
		"a few each day":             {transfers(0, 8*time.Hour, same(40, mib)...), 0, 0},
		"between others":             {transfers(0, minute, mixed(same(12, mib), 90*kib, 3*mib, 40*kib, 700*kib)...), 17, 1},
		"four percent":               {transfers(0, minute, varied(40, mib, 0.03)...), 8, 3},
		"eight percent":              {transfers(0, minute, varied(40, mib, 0.08)...), 0, 0},
		"log-normal":                 {transfers(0, minute, logNormal(200, mib, 0.5)...), 0, 0},
		"an answer as long":          {changed(transfers(0, minute, same(20, mib)...), func(r *flow.Record) { r.ReverseBytes = mib }), 0, 0},
		"served":                     {changed(transfers(0, minute, same(20, mib)...), func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }), 0, 0},
		"inside":                     {changed(transfers(0, minute, same(20, mib)...), func(r *flow.Record) { r.Destination = r.Source }), 0, 0},
		"one connection that pauses": {append(going(0, 10*time.Second, same(30, 100)...), going(6*minute, minute, same(9, mib)...)...), 39, 1},
		"reported each minute":       {going(0, minute, same(40, mib)...), 0, 0},
		"one that does not pause":    {going(0, 10*time.Second, same(20, mib)...), 0, 0},
		"numbers at the end":         {transfers(0, minute, same(9, math.MaxInt64)...), 8, 1},
	} {
		t.Run(name, func(t *testing.T) {
			found, after := ruletest.Play(New(DefaultConfig()), ruletest.Meanwhile(test.records))
			require.Len(t, found, test.times)
			for i, f := range found {
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.InDelta(t, 71, f.Score, 29)
				require.NotEmpty(t, f.Sentence)
				if i == 0 {
					require.Equal(t, test.first, after[0]+1)
				}
			}
		})
	}
}

// A destination that has been there for a week has its sizes.
func TestCustomaryDestinations(t *testing.T) {
	records := transfers(0, 6*time.Hour, same(33, 100*kib)...)
	week := 33 * 6 * time.Hour
	found, _ := ruletest.Play(New(DefaultConfig()), append(ruletest.Meanwhile(records), transfers(week, time.Minute, same(9, mib)...)...))
	require.NotEmpty(t, found, "much more than usual: said, without weight")
	require.InDelta(t, customaryScore, found[0].Score, 0)

	records = transfers(0, 6*time.Hour, same(33, 9*mib)...)
	found, _ = ruletest.Play(New(DefaultConfig()), append(ruletest.Meanwhile(records), transfers(week, 30*time.Minute, same(9, mib)...)...))
	require.Empty(t, found, "less than usual")
}

func TestLearning(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	found, _ := ruletest.PlayWith(set, New(DefaultConfig()), transfers(0, time.Minute, same(60, mib)...))
	require.Empty(t, found)
}

// A workload that stopped to send as much to another service may have exchanged it.
func TestReplaced(t *testing.T) {
	usual := changed(transfers(0, 10*time.Minute, logNormal(700, 9*mib, 0.7)...), func(r *flow.Record) {
		r.Destination = ruletest.Record(0, 0, 443, 0).Destination
		r.Server = "in.logs.example"
	})
	for after, want := range map[time.Duration]float64{7300 * time.Minute: ordinaryScore, 6950 * time.Minute: 45} {
		pieces := changed(transfers(after, 5*time.Minute, same(9, mib)...), func(r *flow.Record) { r.Server = "new.example" })
		all := ruletest.Meanwhile(append(slices.Clone(usual), pieces...))
		slices.SortStableFunc(all, func(a, b flow.Record) int { return cmp.Compare(a.Time, b.Time) })
		found, _ := ruletest.Play(New(DefaultConfig()), all)
		require.Len(t, found, 1)
		require.InDelta(t, want, found[0].Score, 0.1)
	}
}

// The incident waits for the next pieces of a slow sender.
func TestQuiet(t *testing.T) {
	found, _ := ruletest.Play(New(DefaultConfig()), transfers(0, 40*time.Minute, same(8, mib)...))
	require.Len(t, found, 1)
	require.InDelta(t, (2 * time.Hour).Minutes(), found[0].Quiet.Minutes(), 1)
	require.EqualValues(t, 8*mib, found[0].Sent)
	found, _ = ruletest.Play(New(DefaultConfig()), transfers(0, time.Second, same(8, mib)...))
	require.Equal(t, leastQuiet, found[0].Quiet)
}

// After the incident is over another piece is another one; a few words are not.
func TestAfterTheIncident(t *testing.T) {
	records := transfers(0, time.Minute, same(9, mib)...)
	words := transfers(3*time.Hour, time.Minute, 500, 600)
	pieces := transfers(4*time.Hour, time.Minute, mib)
	all := ruletest.Meanwhile(append(append(records, words...), pieces...))
	found, after := ruletest.Play(New(DefaultConfig()), all)
	require.Len(t, found, 2)
	require.Equal(t, pieces[0].Time, all[after[1]].Time)
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for key, change := range map[string]func(*Config){
		"min_count":       func(c *Config) { c.MinCount = 2 },
		"min_chunk_bytes": func(c *Config) { c.MinChunkBytes = 0 },
		"min_bytes":       func(c *Config) { c.MinBytes = -1 },
		"max_variation":   func(c *Config) { c.MaxVariation = math.NaN() },
	} {
		c := DefaultConfig()
		change(&c)
		require.ErrorContains(t, c.Validate(), key)
	}
}

// Whatever the sizes: finite numbers, and the more bytes the higher the score.
func FuzzObserve(f *testing.F) {
	f.Add(int64(mib), uint8(20), uint16(3))
	f.Add(int64(math.MaxInt64), uint8(255), uint16(0))
	f.Fuzz(func(t *testing.T, size int64, count uint8, ripple uint16) {
		size = max(size, 0)
		sizes := same(int(count), size)
		for i := range sizes {
			sizes[i] = max(size-int64(i)*int64(ripple), 0)
		}
		found, _ := ruletest.Play(New(DefaultConfig()), transfers(0, time.Minute, sizes...))
		before := 0.0
		for _, f := range found {
			require.False(t, math.IsNaN(f.Score) || math.IsInf(f.Observed, 0) || math.IsNaN(f.Observed))
			require.True(t, f.Score >= before && f.Score <= 100)
			before = f.Score
		}
	})
}
