package slowdrip

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const (
	mib = 1 << 20
	day = 24 * time.Hour
)

// quarter is half the default, for shorter tests.
func quarter() Config {
	cfg := DefaultConfig()
	cfg.MinBytes = 256 << 20
	return cfg
}

func newRule() *Rule { return New(quarter(), 100) }

// drip is so many MiB a day, from day on day, a record every so often.
type drip struct {
	from, days int
	every      time.Duration
	sent       func(d int) float64 // MiB on that day
	received   float64             // of what is sent
	hours      int                 // of the day in which it sends, all if 0
	served     bool
}

func steadily(amount float64) func(int) float64 { return func(int) float64 { return amount } }

func (d drip) records() []flow.Record {
	length := day
	if d.hours > 0 {
		length = time.Duration(d.hours) * time.Hour
	}
	each := int(length / d.every)
	var all []flow.Record
	for n := range d.days {
		for i := range each {
			at := time.Duration(d.from+n)*day + time.Duration(i)*d.every
			sent := d.sent(n) * mib / float64(each)
			r := ruletest.Record(at, 4000, 443, int64(sent))
			r.ReverseBytes = int64(sent * d.received)
			if d.served {
				r.Initiator = flow.InitiatorDestination
			}
			all = append(all, r)
		}
	}
	return all
}

// set learns for so many days.
func set(days int) engine.Settings {
	s := ruletest.Settings()
	s.Learning = time.Duration(days) * day
	return s
}

// result is what was found: the highest score, and after how long the first of at
// least 40 was.
type result struct {
	most  float64
	after time.Duration
}

func play(s engine.Settings, records []flow.Record) (r result) {
	found, after := ruletest.PlayWith(s, newRule(), records)
	for i, f := range found {
		if r.after == 0 && f.Score >= 40 {
			r.after = time.Duration(records[after[i]].Time - ruletest.Base.UnixNano())
		}
		r.most = max(r.most, f.Score)
	}
	return r
}

func TestNewDestination(t *testing.T) {
	minutes := 5 * time.Minute
	for name, test := range map[string]struct {
		drip   drip
		most   float64
		within time.Duration // of the first alert by itself
	}{
		"next to nothing":                 {drip{days: 10, every: minutes, sent: steadily(5)}, 0, 0},
		"what a customer table has":       {drip{days: 6, every: minutes, sent: steadily(20)}, 20, 0},
		"telemetry after a release":       {drip{days: 7, every: time.Minute, sent: steadily(143), received: 0.02}, 20, 0},
		"several hundred MiB a day":       {drip{days: 3, every: minutes, sent: steadily(400)}, 40.5, 30 * time.Hour},
		"a GiB a day, under bulk's floor": {drip{days: 1, every: minutes, sent: steadily(1024)}, 44, 8 * time.Hour},
		"just under bulk's floor":         {drip{days: 1, every: minutes, sent: steadily(9.9 * 144)}, 44.5, 90 * time.Minute},
		"at night only":                   {drip{days: 3, every: minutes, sent: steadily(280), hours: 5}, 41, 2 * time.Hour},
		"180 MiB a day, for a week":       {drip{days: 7, every: minutes, sent: steadily(180)}, 41, 7 * day},
		"as much comes back":              {drip{days: 5, every: minutes, sent: steadily(400), received: 1}, 0, 0},
		"three to one":                    {drip{days: 2, every: minutes, sent: steadily(400), received: 0.33}, 40.5, 30 * time.Hour},
		"it serves":                       {drip{days: 5, every: minutes, sent: steadily(9000), served: true}, 0, 0},
		"large uploads are not drips":     {drip{days: 5, every: 8 * time.Hour, sent: steadily(900)}, 0, 0},
		"so are nightly ones":             {drip{days: 2, every: 5 * time.Minute, sent: steadily(900), hours: 1}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := play(set(0), test.drip.records())
			require.InDelta(t, test.most, got.most, 1.5)
			require.Equal(t, test.within > 0, got.after > 0)
			require.LessOrEqual(t, got.after, test.within)
		})
	}
}

// What the README says of the defaults.
func TestDefaults(t *testing.T) {
	for name, test := range map[string]struct {
		daily  float64 // MiB
		within time.Duration
	}{
		"telemetry":         {300, 0},
		"several hundred":   {400, 7 * day},
		"more than that":    {600, 2 * day},
		"just below a bulk": {9.9 * 144, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			records := drip{days: 8, every: 5 * time.Minute, sent: steadily(test.daily), received: 0.05}.records()
			found, after := ruletest.PlayWith(set(0), New(DefaultConfig(), 100), records)
			first := time.Duration(0)
			for i, f := range found {
				if first == 0 && f.Score >= 40 {
					first = time.Duration(records[after[i]].Time - ruletest.Base.UnixNano())
				}
			}
			require.Equal(t, test.within > 0, first > 0)
			require.LessOrEqual(t, first, test.within)
		})
	}
}

// One drip is one incident, however it pauses.
func TestOneIncident(t *testing.T) {
	records := drip{days: 6, every: 5 * time.Minute, sent: steadily(400), hours: 4}.records()
	e := engine.New(set(0), func() []engine.Rule { return []engine.Rule{newRule()} })
	e.Arrive(ruletest.Base.AddDate(1, 0, 0))
	src := engine.NewSource(&flow.Resource{Container: "web"})
	opened := 0
	for i := range records {
		e.Observe(&src, &records[i])
		e.Observe(&src, &records[i])
		for _, said := range e.Alerts() {
			if said.Status == "open" {
				opened++
			}
		}
	}
	require.Equal(t, 1, opened)
}

// A customary destination: the limit is what was learned, and what is usual alerts
// neither by itself nor with others.
func TestCustomaryDestination(t *testing.T) {
	every := 10 * time.Minute
	usual := drip{days: 30, every: every, sent: steadily(100)}.records()
	for name, test := range map[string]struct {
		then drip
		most float64
	}{
		"as ever":            {drip{days: 20, sent: steadily(100)}, 0},
		"half more":          {drip{days: 4, sent: steadily(150)}, 0},
		"twice, for weeks":   {drip{days: 20, sent: steadily(200)}, shiftScore},
		"2 % more a day":     {drip{days: 40, sent: func(d int) float64 { return 100 * math.Pow(1.02, float64(d)) }}, shiftScore},
		"a tenth more a day": {drip{days: 14, sent: func(d int) float64 { return 100 * math.Pow(1.1, float64(d)) }}, shiftScore},
		"six times":          {drip{days: 3, sent: steadily(600)}, 37},
		"ten times":          {drip{days: 3, sent: steadily(1400)}, 40.5},
	} {
		t.Run(name, func(t *testing.T) {
			test.then.from, test.then.every = 30, every
			got := play(set(1), append(usual[:len(usual):len(usual)], test.then.records()...))
			require.InDelta(t, test.most, got.most, 1.5)
		})
	}
}

// A destination to which little is sent: above what was learned is suspect, though
// less than to a new one alerts.
func TestAboveTheLearned(t *testing.T) {
	talk := drip{days: 20, every: 10 * time.Minute, sent: steadily(1)}.records()
	more := drip{from: 20, days: 3, every: 10 * time.Minute, sent: steadily(60)}.records()
	got := play(set(1), append(talk, more...))
	require.InDelta(t, aboveScore, got.most, 0.01)
}

// What was poured out in bulk is no drip afterwards: other rules have weighed it.
func TestAfterBulk(t *testing.T) {
	talk := drip{days: 12, every: 10 * time.Minute, sent: steadily(5)}.records()
	var all []flow.Record
	for i, r := range talk {
		if i == 6*144 {
			for minute := range 20 {
				bulk := r
				bulk.Time += int64(minute) * int64(time.Minute) / 3
				bulk.Bytes = 30 * mib
				all = append(all, bulk)
			}
		}
		all = append(all, r)
	}
	for _, learned := range []int{0, 1} {
		require.Less(t, play(set(learned), all).most, 37.0, learned)
	}
}

// While the engine learns only a hundred times the floor counts.
func TestLearning(t *testing.T) {
	got := play(set(7), drip{days: 6, every: 5 * time.Minute, sent: steadily(1000)}.records())
	require.Less(t, got.most, 40.0)
}

// A patient sender: whatever he sends each day, to stay unreported he doubles it in a
// week at the most, and is suspect soon.
func TestPatience(t *testing.T) {
	every := 20 * time.Minute
	for _, growth := range []float64{1.05, 1.1, 1.2, 1.5} {
		usual := drip{days: 30, every: every, sent: steadily(300)}.records()
		more := drip{from: 30, days: 21, every: every, sent: func(d int) float64 { return 300 * math.Pow(growth, float64(d+1)) }}.records()
		records := append(usual, more...)
		found, after := ruletest.PlayWith(set(1), newRule(), records)
		require.NotEmpty(t, found, growth)
		first := time.Duration(records[after[0]].Time-ruletest.Base.UnixNano()) - 30*day
		require.LessOrEqual(t, first, 20*day, growth)
		sent := 300 * math.Pow(growth, float64(first/day)+1)
		require.LessOrEqual(t, sent, 300*2.72*peak*4, growth)
	}
}

func TestValidate(t *testing.T) {
	cfg := quarter()
	require.NoError(t, cfg.Validate())
	for key, spoil := range map[string]func(*Config){
		"min_bytes":     func(c *Config) { c.MinBytes = 0 },
		"suspect_bytes": func(c *Config) { c.SuspectBytes = c.MinBytes + 1 },
		"min_ratio":     func(c *Config) { c.MinRatio = math.NaN() },
	} {
		cfg := quarter()
		spoil(&cfg)
		require.ErrorContains(t, cfg.Validate(), key)
	}
}

// FuzzScore: whatever drips, scores are numbers from 0 to 100, and more bytes never
// score less.
func FuzzScore(f *testing.F) {
	f.Add(uint32(100), uint32(400), uint16(300), 0.1)
	f.Add(uint32(0), uint32(math.MaxUint32), uint16(60), 0.0)
	f.Add(uint32(500), uint32(501), uint16(3600), 2.0)
	f.Fuzz(func(t *testing.T, less, more uint32, every uint16, received float64) {
		less, more = min(less, more), max(less, more)
		if !(received >= 0 && received < 1e6) {
			received = 0
		}
		most := func(amount uint32) float64 {
			d := drip{days: 2, every: time.Duration(max(every, 600)) * time.Second, sent: steadily(float64(min(amount, 9*144))), received: received}
			found, _ := ruletest.Play(newRule(), d.records())
			high := 0.0
			for _, f := range found {
				for _, n := range []float64{f.Score, f.Observed, f.Threshold, f.Baseline} {
					require.False(t, math.IsNaN(n) || math.IsInf(n, 0))
				}
				high = max(high, f.Score)
			}
			return high
		}
		low, high := most(less), most(more)
		require.LessOrEqual(t, low, high+3, "up to where between doublings it was told")
		require.LessOrEqual(t, high, 100.0)
	})
}
