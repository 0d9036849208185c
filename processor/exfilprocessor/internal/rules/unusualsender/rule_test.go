package unusualsender

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const (
	kib  = 1 << 10
	mib  = 1 << 20
	days = 24 * time.Hour
)

// by is what a process sends to a port of a destination.
func by(executable string, peer byte, after time.Duration, sent int64) flow.Record {
	r := ruletest.Record(after, 4000, 443, sent)
	r.Process = flow.Process{PID: 7, Executable: executable}
	addr := r.Destination.Addr().As4()
	addr[2] = peer
	r.Destination = netip.AddrPortFrom(netip.AddrFrom4(addr), 443)
	return r
}

// life is ten days of the workload's own process, and of nginx on the first two.
func life(then ...flow.Record) []flow.Record {
	var all []flow.Record
	for h := range 240 {
		all = append(all, by("/app/web", 113, time.Duration(h)*time.Hour, 100*kib))
		if h < 48 && h%6 == 0 {
			all = append(all, by("/usr/sbin/nginx", 114, time.Duration(h)*time.Hour, 10*kib))
		}
	}
	for _, r := range then {
		r.Time += int64(10 * days)
		all = append(all, r)
	}
	return all
}

func newRule() *Rule { return New(DefaultConfig(), 100) }

func TestObserve(t *testing.T) {
	asked := by("/usr/bin/curl", 115, 0, 9*mib)
	asked.Initiator = flow.InitiatorDestination
	nobody := by("", 115, 0, 9*mib)
	for name, test := range map[string]struct {
		then   []flow.Record
		scores []float64
	}{
		"the workload's own, as ever":      {[]flow.Record{by("/app/web", 113, 0, 5*mib)}, nil},
		"its own, new destination":         {[]flow.Record{by("/app/web", 115, 0, 5*mib)}, nil},
		"known from the first day":         {[]flow.Record{by("/usr/sbin/nginx", 115, 0, 5*mib)}, nil},
		"new, new destination":             {[]flow.Record{by("/opt/agent", 115, 0, mib)}, []float64{28}},
		"new, known destination":           {[]flow.Record{by("/opt/agent", 113, 0, mib)}, []float64{18}},
		"new, too little":                  {[]flow.Record{by("/opt/agent", 115, 0, mib-1)}, nil},
		"new, little by little":            {[]flow.Record{by("/opt/agent", 115, 0, mib/2), by("/opt/agent", 115, 3*time.Hour, mib/2)}, []float64{28}},
		"new, at each doubling":            {[]flow.Record{by("/opt/agent", 115, 0, mib), by("/opt/agent", 115, 1, mib/2), by("/opt/agent", 115, 2, mib/2)}, []float64{28, 31}},
		"new, very much":                   {[]flow.Record{by("/opt/agent", 115, 0, 1<<40)}, []float64{36}},
		"its bytes, not its neighbour's":   {[]flow.Record{by("/app/web", 113, 0, 50*mib), by("/opt/agent", 113, 1, 1000)}, nil},
		"a tool":                           {[]flow.Record{by("/usr/bin/curl", 115, 0, mib)}, []float64{32}},
		"a tool with a version":            {[]flow.Record{by("/usr/local/bin/python3.12", 113, 0, mib)}, []float64{22}},
		"planted":                          {[]flow.Record{by("/tmp/.cache/agent", 115, 0, mib)}, []float64{36}},
		"a tool that was planted":          {[]flow.Record{by("/dev/shm/nc", 115, 0, mib)}, []float64{40}},
		"a tool, much":                     {[]flow.Record{by("/usr/bin/curl", 115, 0, 1<<40)}, []float64{39}},
		"it receives":                      {[]flow.Record{by("/usr/bin/curl", 115, 0, 0)}, nil},
		"it serves":                        {[]flow.Record{asked}, nil},
		"no process":                       {[]flow.Record{nobody}, nil},
		"no longer new after a day":        {[]flow.Record{by("/opt/agent", 113, 0, kib), by("/opt/agent", 113, 25*time.Hour, 5*mib)}, nil},
		"still new after most of a day":    {[]flow.Record{by("/opt/agent", 113, 0, kib), by("/opt/agent", 113, 23*time.Hour, mib)}, []float64{18}},
		"a new release, the second day on": {[]flow.Record{by("/app/web-2", 113, 0, kib), by("/app/web-2", 115, 30*time.Hour, 9*mib)}, nil},
		"numbers at the end":               {[]flow.Record{by("/opt/agent", 115, 0, math.MaxInt64), by("/opt/agent", 115, 1, math.MaxInt64)}, []float64{36}},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := ruletest.Play(newRule(), life(test.then...))
			var scores []float64
			for _, f := range found {
				scores = append(scores, f.Score)
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
			}
			require.Len(t, scores, len(test.scores))
			require.InDeltaSlice(t, test.scores, scores, 0.1)
		})
	}
}

// Of a workload that sends hardly anything a little says much.
func TestSilentWorkload(t *testing.T) {
	for name, test := range map[string]struct {
		daily int64
		score float64
	}{
		"talks":     {3 * mib, 38},
		"is silent": {3 * kib, 42},
	} {
		t.Run(name, func(t *testing.T) {
			var records []flow.Record
			for d := range 10 {
				records = append(records, by("/app/web", 113, time.Duration(d)*days, test.daily))
			}
			records = append(records, by("/usr/bin/curl", 115, 9*days+time.Hour, 4*mib))
			found, _ := ruletest.Play(newRule(), records)
			require.Len(t, found, 1)
			require.InDelta(t, test.score, found[0].Score, 0.1)
		})
	}
}

// While the engine learns, and on a workload's first day, everything is known.
func TestLearning(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 5 * days
	records := []flow.Record{
		by("/app/web", 113, 0, kib), by("/usr/bin/curl", 115, 4*days, 9*mib),
		by("/usr/bin/curl", 116, 6*days, 9*mib), by("/usr/bin/wget", 116, 6*days, 9*mib),
	}
	_, after := ruletest.PlayWith(set, newRule(), records)
	require.Equal(t, []int{3}, after)

	_, after = ruletest.Play(newRule(), []flow.Record{by("/app/web", 113, 0, kib), by("/usr/bin/curl", 115, 23*time.Hour, 9*mib)})
	require.Empty(t, after, "the workload's first day")
}

// Whoever makes up paths hides neither the one that sends nor what belongs there.
func TestFlood(t *testing.T) {
	var flood []flow.Record
	for i := range 5000 {
		flood = append(flood, by(fmt.Sprintf("/tmp/%d", i), 113, time.Duration(i)*time.Second, 10))
	}
	flood = append(flood, by("/app/web", 113, 2*time.Hour, 5*mib), by("/tmp/5000", 115, 2*time.Hour, 5*mib))
	found, after := ruletest.Play(newRule(), life(flood...))
	require.Len(t, found, 1)
	require.Equal(t, len(life(flood...))-1, after[0])
	rule := newRule()
	ruletest.Play(rule, life(flood...))
	require.LessOrEqual(t, rule.Drain().Entries, 100)
}

// alarm finds something about every pair, once.
type alarm struct{ engine.Stateless }

var alarming = alert.Rule{Name: "alarm", Family: alert.Pattern}

func (alarm) Describe() *alert.Rule { return &alarming }
func (alarm) Scope() engine.Scope   { return engine.Peers }
func (alarm) Observe(v *engine.View, _ *flow.Record) (*engine.Finding, bool) {
	return &engine.Finding{Finding: alert.Finding{Rule: &alarming, Score: 20, Observed: 1}}, v.News(1)
}

// A new destination of a known process is told of where something else was found, and
// weighs nothing.
func TestNewDestination(t *testing.T) {
	rule := newRule()
	records := life(by("/app/web", 115, 0, 3*mib), by("/app/web", 116, 1, 3*mib))
	e := engine.New(ruletest.Settings(), func() []engine.Rule { return []engine.Rule{alarm{}, rule} })
	e.Arrive(ruletest.Base.AddDate(1, 0, 0))
	src := engine.NewSource(&flow.Resource{Container: "web"})
	for i := range records {
		e.Observe(&src, &records[i])
		e.Observe(&src, &records[i])
	}
	e.Observe(&src, &flow.Record{Time: records[len(records)-1].Time + int64(time.Hour), Source: records[0].Source, Destination: records[0].Destination})
	for _, said := range e.Alerts() {
		if said.Status == alert.Closed && said.Destination.Address == records[len(records)-1].Destination.Addr() {
			require.Len(t, said.Evidence, 2)
			require.InDelta(t, 20, said.Score, 0.1)
			require.Contains(t, said.Evidence[1].Sentence, "new to the workload")
			return
		}
	}
	require.Fail(t, "no incident about the new destination")
}

func TestNames(t *testing.T) {
	for executable, want := range map[string][2]bool{
		"/usr/bin/curl":             {true, false},
		"/usr/bin/python3.12":       {true, false},
		"/usr/bin/nc.openbsd":       {true, false},
		"curl":                      {true, false},
		"/app/curly":                {false, false},
		"/tmp/x":                    {false, true},
		"/home/me/.local/bin/scp":   {true, true},
		"/memfd:x (deleted)":        {false, true},
		"/app/server":               {false, false},
		"":                          {false, false},
		"/":                         {false, false},
		"/usr/lib/python3/dist/app": {false, false},
	} {
		require.Equal(t, want, [2]bool{isTool(executable), isPlanted(executable)}, executable)
	}
}

func TestValidate(t *testing.T) {
	cfg := DefaultConfig()
	require.NoError(t, cfg.Validate())
	cfg.MinBytes = 0
	require.ErrorContains(t, cfg.Validate(), "min_bytes")
}

// FuzzScore: whatever the executable and the volume, a score is a number, bounded, and
// more bytes never score less.
func FuzzScore(f *testing.F) {
	f.Add("/usr/bin/curl", int64(mib), int64(3*mib), uint8(115))
	f.Add("/tmp/\xff", int64(1), int64(math.MaxInt64), uint8(113))
	f.Fuzz(func(t *testing.T, executable string, less, more int64, peer uint8) {
		less, more = max(less, 0), max(more, 0)
		less, more = min(less, more), max(less, more)
		at := func(sent int64) float64 {
			found, _ := ruletest.Play(newRule(), []flow.Record{
				by("/app/web", 113, 0, kib), by("/app/web", 113, 25*time.Hour, kib), by(executable, peer, 25*time.Hour, sent),
			})
			if len(found) == 0 {
				return 0
			}
			require.False(t, math.IsNaN(found[0].Score) || math.IsInf(found[0].Observed, 0))
			return found[0].Score
		}
		low, high := at(less), at(more)
		require.LessOrEqual(t, low, high)
		require.LessOrEqual(t, high, 28.0+4+8+4+8)
	})
}
