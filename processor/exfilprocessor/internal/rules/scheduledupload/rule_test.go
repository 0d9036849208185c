package scheduledupload

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const kib, mib = 1 << 10, 1 << 20

// uploads are connections so far apart, more or less by up to a share.
func uploads(n int, every time.Duration, jitter float64, size int64) []flow.Record {
	dice := rand.New(rand.NewPCG(1, 1))
	var records []flow.Record
	at := 0.0
	for i := range n {
		r := ruletest.Record(time.Duration(at), uint16(4000+i), 443, size)
		r.EndReason = flow.EndOfFlow
		records = append(records, r)
		at += float64(every) * (1 + jitter*(2*dice.Float64()-1))
	}
	return records
}

// poisson are connections at random times.
func poisson(n int, every time.Duration, size int64) []flow.Record {
	dice := rand.New(rand.NewPCG(2, 2))
	records := uploads(n, every, 0, size)
	at := 0.0
	for i := range records {
		at += float64(every) * dice.ExpFloat64()
		records[i].Time = ruletest.Base.Add(time.Duration(at)).UnixNano()
	}
	return records
}

func changed(records []flow.Record, change func(i int, r *flow.Record)) []flow.Record {
	for i := range records {
		change(i, &records[i])
	}
	return records
}

func TestObserve(t *testing.T) {
	const hour = time.Hour
	download := func(_ int, r *flow.Record) { r.ReverseBytes = 9 * r.Bytes }
	served := func(_ int, r *flow.Record) { r.Initiator = flow.InitiatorDestination }
	failed := func(i int, r *flow.Record) {
		if i%2 == 1 {
			r.Bytes = 0
		}
	}
	odd := func(i int, r *flow.Record) { r.Bytes = int64(mib * math.Exp(1.2*math.Sin(float64(i*i)))) }
	for name, test := range map[string]struct {
		records []flow.Record
		first   int // the upload that is reported first, from 1; 0: none
	}{
		"each hour":                      {uploads(12, hour, 0, mib), 6},
		"each hour, ten percent":         {uploads(30, hour, 0.1, mib), 8},
		"each half hour, thirty percent": {uploads(40, hour/2, 0.3, mib), 17},
		"each five minutes":              {uploads(12, 5*time.Minute, 0.02, mib), 6},
		"each minute":                    {uploads(60, time.Minute, 0, mib), 0},
		"each two minutes":               {uploads(60, 2*time.Minute, 0, mib), 0},
		"each night":                     {uploads(7, 24*hour, 0.002, mib), 6},
		"five":                           {uploads(5, hour, 0, mib), 0},
		"too small":                      {uploads(30, hour, 0, 127*kib), 0},
		"small":                          {uploads(30, hour, 0, 128*kib), 6},
		"at random":                      {poisson(300, 20*time.Minute, mib), 0},
		"of all sizes":                   {changed(uploads(40, hour, 0, mib), odd), 0},
		"downloads":                      {changed(uploads(30, hour, 0, mib), download), 0},
		"served":                         {changed(uploads(30, hour, 0, mib), served), 0},
		"failed between":                 {changed(uploads(20, hour, 0, mib), failed), 11},
		"all failed":                     {uploads(30, hour, 0, 0), 0},
		"numbers at the end":             {uploads(8, hour, 0, math.MaxInt64), 6},
	} {
		t.Run(name, func(t *testing.T) {
			all := ruletest.Meanwhile(test.records)
			found, after := ruletest.Play(New(DefaultConfig()), all)
			if test.first == 0 {
				require.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			require.Equal(t, test.records[test.first-1].Time, all[after[0]].Time)
			for _, f := range found {
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.InDelta(t, 71, f.Score, 29)
				require.Greater(t, f.Quiet, 10*time.Minute)
				require.NotEmpty(t, f.Sentence)
			}
		})
	}
}

func TestCustomaryDestinations(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	found, _ := ruletest.PlayWith(set, New(DefaultConfig()), uploads(100, time.Hour, 0, mib))
	require.Empty(t, found, "from the time of learning")

	records := ruletest.Meanwhile(append(uploads(1, 0, 0, mib), changed(uploads(5, 48*time.Hour, 0, mib), func(i int, r *flow.Record) {
		r.Time += int64(time.Duration(7+9*i) * time.Hour)
	})...))
	records = append(records, changed(uploads(20, time.Hour, 0, mib), func(_ int, r *flow.Record) { r.Time = records[len(records)-1].Time + int64(time.Hour) })...)
	found, _ = ruletest.Play(New(DefaultConfig()), records)
	require.Empty(t, found, "for more than a week")
}

// A workload that stopped to send as much to another service may have exchanged it.
func TestReplaced(t *testing.T) {
	all := changed(poisson(600, 10*time.Minute, 2*mib), func(_ int, r *flow.Record) {
		r.Destination = ruletest.Record(0, 0, 443, 0).Destination
		r.Server = "in.logs.example"
	})
	after := all[len(all)-1].Time
	all = append(all, changed(uploads(8, 50*time.Minute, 0, mib), func(_ int, r *flow.Record) {
		r.Time += after - ruletest.Base.UnixNano()
		r.Server = "new.example"
	})...)
	found, _ := ruletest.Play(New(DefaultConfig()), all)
	require.Len(t, found, 1)
	require.InDelta(t, ordinaryScore, found[0].Score, 0)
}

// The incident waits for the next uploads, and counts those before.
func TestIncident(t *testing.T) {
	found, _ := ruletest.Play(New(DefaultConfig()), uploads(6, time.Hour, 0, mib))
	require.Len(t, found, 1)
	require.Equal(t, 3*time.Hour, found[0].Quiet)
	require.EqualValues(t, 6*mib, found[0].Sent)
	require.Equal(t, ruletest.Base.UnixNano(), found[0].Since)
	found, _ = ruletest.Play(New(DefaultConfig()), ruletest.Meanwhile(uploads(6, 40*time.Hour, 0, mib)))
	require.Empty(t, found, "it is customary by then")
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for key, change := range map[string]func(*Config){
		"min_beats":    func(c *Config) { c.MinBeats = 2 },
		"min_bytes":    func(c *Config) { c.MinBytes = 0 },
		"min_interval": func(c *Config) { c.MinInterval = time.Second },
		"max_jitter":   func(c *Config) { c.MaxJitter = math.NaN() },
	} {
		c := DefaultConfig()
		change(&c)
		require.ErrorContains(t, c.Validate(), key)
	}
}

// Whatever the sizes and times: finite numbers, and the more bytes the higher the score.
func FuzzObserve(f *testing.F) {
	f.Add(int64(mib), uint16(600), uint8(30), uint8(10))
	f.Add(int64(math.MaxInt64), uint16(3000), uint8(255), uint8(0))
	f.Fuzz(func(t *testing.T, size int64, seconds uint16, jitter, count uint8) {
		score := func(size int64) float64 {
			found, _ := ruletest.Play(New(DefaultConfig()), uploads(int(count), time.Duration(seconds)*time.Second, float64(jitter)/255, size))
			last := 0.0
			for _, f := range found {
				require.False(t, math.IsNaN(f.Score) || math.IsInf(f.Observed, 0) || math.IsNaN(f.Observed))
				require.True(t, f.Score >= last && f.Score <= 100)
				last = f.Score
			}
			return last
		}
		size = max(size, 0)
		require.LessOrEqual(t, score(size/2), score(size))
	})
}
