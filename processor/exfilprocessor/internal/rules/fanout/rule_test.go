package fanout

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const kib, mib = 1 << 10, 1 << 20

// puts are connections to destinations of their own, so far apart.
func puts(n int, from, every time.Duration, size int64) []flow.Record {
	var records []flow.Record
	for i := range n {
		r := ruletest.Record(from+time.Duration(i)*every, 4000, 443, size)
		r.Destination = netip.AddrPortFrom(netip.AddrFrom4([4]byte{100, byte(i >> 8), byte(i), 9}), 443)
		r.EndReason = flow.EndOfFlow
		records = append(records, r)
	}
	return records
}

// again is puts to the first so many of them, round and round.
func again(n, destinations int, from, every time.Duration, size int64) []flow.Record {
	records := puts(n, from, every, size)
	for i := range records {
		records[i].Destination = records[i%destinations].Destination
	}
	return records
}

func changed(records []flow.Record, change func(*flow.Record)) []flow.Record {
	for i := range records {
		change(&records[i])
	}
	return records
}

func join(parts ...[]flow.Record) (all []flow.Record) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestObserve(t *testing.T) {
	const minute = time.Minute
	received := func(r *flow.Record) { r.ReverseBytes = r.Bytes }
	served := func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }
	inside := func(r *flow.Record) { r.Destination = r.Source }
	for name, test := range map[string]struct {
		records []flow.Record
		first   int // the record that is reported first, from 1; 0: none
		spread  int
	}{
		"many":               {puts(60, 0, 10*time.Second, 2*mib), 12, 12},
		"four":               {again(60, 4, 0, 10*time.Second, 2*mib), 0, 0},
		"nine":               {again(60, 9, 0, 10*time.Second, 2*mib), 12, 9},
		"too little":         {puts(20, 0, 30*time.Second, mib), 0, 0},
		"mail":               {puts(400, 0, time.Second, 90*kib), 0, 0},
		"a crawler":          {changed(puts(60, 0, 10*time.Second, 2*mib), received), 0, 0},
		"served":             {changed(puts(60, 0, 10*time.Second, 2*mib), served), 0, 0},
		"inside":             {changed(puts(60, 0, 10*time.Second, 2*mib), inside), 0, 0},
		"slowly":             {puts(330, 0, 4*minute, mib), 274, 270},
		"slowly, few":        {again(330, 20, 0, 4*minute, mib), 0, 0},
		"slowly, little":     {puts(400, 0, 30*minute, mib), 0, 0},
		"numbers at the end": {puts(10, 0, time.Second, math.MaxInt64), 8, 8},
	} {
		t.Run(name, func(t *testing.T) {
			found, after := ruletest.Play(New(DefaultConfig()), test.records)
			if test.first == 0 {
				require.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			require.InDelta(t, test.first, after[0]+1, float64(test.first)/10+1)
			require.InDelta(t, test.spread, found[0].Spread, float64(test.spread)/4)
			for _, f := range found {
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.InDelta(t, 71, f.Score, 29)
				require.GreaterOrEqual(t, f.Quiet, 30*minute)
			}
		})
	}
}

// From two replicas to two hundred: a hundred times as much, to the same ones.
func TestScaleOut(t *testing.T) {
	const day = 24 * time.Hour
	found, _ := ruletest.PlayWith(learning(), New(DefaultConfig()), join(
		again(1000, 20, 0, 3*time.Minute, 300*kib),
		again(2000, 20, 2*day+2*time.Hour, 2*time.Second, 300*kib)))
	require.Empty(t, found)
}

func learning() engine.Settings {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	return set
}

// What a workload usually reaches it may reach: a mailer, or a node of a swarm.
func TestUsualReach(t *testing.T) {
	records := puts(3000, 0, 2*time.Minute, 6*mib) // five each window, thirty MiB
	found, _ := ruletest.PlayWith(learning(), New(DefaultConfig()), records)
	require.Empty(t, found)
	found, _ = ruletest.PlayWith(learning(), New(DefaultConfig()), join(records[:1000], puts(1200, 2000*time.Minute-1000*10*time.Second, 10*time.Second, 6*mib)[1000:]))
	require.NotEmpty(t, found, "ten times as many")
}

// After the incident is over a few words to another destination are none.
func TestAfterTheIncident(t *testing.T) {
	records := ruletest.Meanwhile(join(puts(100, 0, 5*time.Second, 3*mib), puts(120, 4*time.Hour, time.Second, 500)[100:]))
	found, after := ruletest.Play(New(DefaultConfig()), records)
	require.NotEmpty(t, found)
	require.Less(t, after[len(after)-1], 100)
}

func TestLearning(t *testing.T) {
	found, _ := ruletest.PlayWith(learning(), New(DefaultConfig()), puts(1000, 0, time.Second, 20*mib))
	require.Empty(t, found)
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for key, change := range map[string]func(*Config){
		"min_bytes":        func(c *Config) { c.MinBytes = 0 },
		"min_destinations": func(c *Config) { c.MinDestinations = 1 },
		"min_bytes_each":   func(c *Config) { c.MinBytesEach = -1 },
		"min_ratio":        func(c *Config) { c.MinRatio = math.NaN() },
	} {
		c := DefaultConfig()
		change(&c)
		require.ErrorContains(t, c.Validate(), key)
	}
}

// Whatever the sizes: finite numbers, and the more bytes the higher the score.
func FuzzObserve(f *testing.F) {
	f.Add(int64(mib), uint8(30), uint16(10))
	f.Add(int64(math.MaxInt64), uint8(255), uint16(0))
	f.Fuzz(func(t *testing.T, size int64, count uint8, seconds uint16) {
		score := func(size int64) float64 {
			found, _ := ruletest.Play(New(DefaultConfig()), puts(int(count), 0, time.Duration(seconds)*time.Second, size))
			last := 0.0
			for _, f := range found {
				require.False(t, math.IsNaN(f.Score) || math.IsInf(f.Observed, 0) || math.IsNaN(f.Observed))
				require.True(t, f.Score >= 0 && f.Score <= 100)
				last = max(last, f.Score)
			}
			return last
		}
		size = max(size, 0)
		require.LessOrEqual(t, score(size/2), score(size))
	})
}
