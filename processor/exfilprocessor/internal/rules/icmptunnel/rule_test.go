package icmptunnel

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const idle = int64(14 * 24 * time.Hour)

// pinging is a run of reports, of so many packets each.
type pinging struct {
	every         time.Duration
	reports       int
	packets, size int64
	change        func(*flow.Record)
}

func (p pinging) records() []flow.Record {
	var records []flow.Record
	for i := range p.reports {
		r := ruletest.Record(time.Duration(i)*p.every, 0, 0, p.packets*p.size)
		r.Transport, r.Packets = "icmp", p.packets
		r.ReverseBytes, r.ReversePackets = r.Bytes, r.Packets
		r.EndReason = flow.EndActiveTimeout
		if p.change != nil {
			p.change(&r)
		}
		records = append(records, r)
	}
	return records
}

func TestTunnels(t *testing.T) {
	random := func(r *flow.Record) { r.Entropy = 7.8 }
	for name, test := range map[string]struct {
		pinging
		least, most int // reports before it is found
	}{
		"full size":               {pinging{10 * time.Second, 60, 10, 1400, random}, 4, 5},
		"one way":                 {pinging{10 * time.Second, 60, 10, 1000, func(r *flow.Record) { r.ReverseBytes = 0 }}, 6, 7},
		"icmpsh, 128 and a bit":   {pinging{10 * time.Second, 600, 10, 130, nil}, 50, 56},
		"over IPv6":               {pinging{10 * time.Second, 60, 10, 1400, func(r *flow.Record) { r.Transport = "ipv6-icmp" }}, 4, 5},
		"one in ten seconds":      {pinging{time.Minute, 600, 6, 1200, random}, 9, 11},
		"seven in ten minutes":    {pinging{10 * time.Minute, 600, 7, 1400, random}, 150, 230},
		"ordinary size, random":   {pinging{time.Minute, 600, 60, 56, func(r *flow.Record) { r.Entropy = 6.5 }}, 18, 30},
		"ordinary size, too many": {pinging{time.Minute, 600, 1200, 56, nil}, 35, 70},
		"served, more than asked": {pinging{10 * time.Second, 60, 10, 1400, func(r *flow.Record) {
			r.Initiator, r.ReverseBytes = flow.InitiatorDestination, r.Bytes/10
		}}, 4, 5},
	} {
		t.Run(name, func(t *testing.T) {
			found, after := ruletest.Play(New(DefaultConfig(), 100, idle), test.records())
			require.NotEmpty(t, found)
			require.GreaterOrEqual(t, after[0], test.least)
			require.LessOrEqual(t, after[0], test.most)
			require.GreaterOrEqual(t, found[0].Score, 45.0, "it alerts alone")
			require.Equal(t, []string{"T1048.003", "T1095"}, found[0].Techniques)
			require.Contains(t, found[0].Sentence, "ICMP payload")
		})
	}
}

func TestBenign(t *testing.T) {
	for name, p := range map[string]pinging{
		"ping, once a second, for a day":    {10 * time.Second, 8640, 10, 56, func(r *flow.Record) { r.Entropy = 5.7 }},
		"ping -i 0.2":                       {10 * time.Second, 360, 50, 56, nil},
		"as NetFlow counts it":              {10 * time.Second, 360, 10, 84, nil},
		"to a host that does not answer":    {10 * time.Second, 360, 10, 56, func(r *flow.Record) { r.ReverseBytes, r.ReversePackets = 0, 0 }},
		"path MTU discovery":                {time.Hour, 100, 8, 1472, nil},
		"full size, once an hour":           {time.Hour, 100, 10, 1400, nil},
		"pinged from outside":               {time.Second, 600, 100, 1400, func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }},
		"another protocol":                  {time.Second, 600, 100, 1400, func(r *flow.Record) { r.Transport = "udp" }},
		"yet another":                       {time.Second, 600, 100, 1400, func(r *flow.Record) { r.Transport = "sctp" }},
		"inside":                            {time.Second, 600, 100, 1400, func(r *flow.Record) { r.Destination = r.Source }},
		"a network monitor's many hosts":    {10 * time.Second, 360, 90, 56, nil},
		"no count of packets, a ping's own": {10 * time.Second, 360, 10, 56, func(r *flow.Record) { r.Packets = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := ruletest.Play(New(DefaultConfig(), 100, idle), p.records())
			require.Empty(t, found)
		})
	}
}

// A monitor that was there while the engine learned may go on.
func TestLearned(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	monitor := pinging{time.Minute, 3 * 24 * 60, 6, 1400, nil}
	found, _ := ruletest.PlayWith(set, New(DefaultConfig(), 100, idle), monitor.records())
	require.Empty(t, found, "500 KB an hour, 12 MB a day")
	tunnel := pinging{10 * time.Second, 60, 100, 1400, nil}
	found, _ = ruletest.PlayWith(set, New(DefaultConfig(), 100, idle), tunnel.records())
	require.NotEmpty(t, found)
	require.Contains(t, found[0].Sentence, "while the engine learns")
}

func TestAfterTheIncident(t *testing.T) {
	records := pinging{10 * time.Second, 8, 10, 1400, nil}.records()
	late := pinging{0, 1, 1, 1400, func(r *flow.Record) { r.Time += int64(3 * time.Hour) }}.records()
	found, after := ruletest.Play(New(DefaultConfig(), 100, idle), append(records, late...))
	require.Len(t, found, 1)
	require.Less(t, after[0], 8)
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*Config){
		"min_bytes":          func(c *Config) { c.MinBytes = 0 },
		"min_daily_bytes":    func(c *Config) { c.MinDailyBytes = 1 },
		"ordinary_packet":    func(c *Config) { c.OrdinaryPacket = 0 },
		"ordinary_min_bytes": func(c *Config) { c.OrdinaryMinBytes = 1 },
	} {
		bad := DefaultConfig()
		change(&bad)
		require.ErrorContains(t, bad.Validate(), want)
	}
}

// FuzzObserve gives any numbers: none comes out that is not one, and more bytes
// score no less.
func FuzzObserve(f *testing.F) {
	f.Add(int64(70_000), int64(50), 7.5, int64(1e9))
	f.Add(int64(math.MaxInt64), int64(1), math.NaN(), int64(-1))
	f.Add(int64(1), int64(math.MaxInt64), math.Inf(1), int64(3600e9))
	f.Fuzz(func(t *testing.T, sent, packets int64, entropy float64, step int64) {
		score := func(sent int64) float64 {
			cfg := DefaultConfig()
			cfg.MinBytes = 1
			records := pinging{0, 5, 1, 1, func(r *flow.Record) { r.Bytes, r.Packets, r.Entropy = sent, packets, entropy }}.records()
			for i := range records {
				records[i].Time += int64(i) * (step % int64(time.Hour))
			}
			found, _ := ruletest.Play(New(cfg, 4, idle), records)
			most := 0.0
			for _, f := range found {
				for _, x := range []float64{f.Score, f.Observed, f.Threshold, f.Baseline} {
					require.False(t, math.IsNaN(x) || math.IsInf(x, 0) || x < 0, "%v", f)
				}
				most = max(most, f.Score)
			}
			return most
		}
		sent = max(sent, 0) / 2
		require.LessOrEqual(t, score(sent), score(2*sent))
	})
}

func BenchmarkObserve(b *testing.B) {
	records := pinging{time.Second, 10_000, 10, 56, nil}.records()
	for b.Loop() {
		ruletest.Play(New(DefaultConfig(), 100, idle), records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/record")
}
