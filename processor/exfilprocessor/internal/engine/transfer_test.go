package engine

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const mib = 1 << 20

// part is a record of a connection from a port, after some seconds.
func part(second int64, port uint16, sent int64, change ...func(*flow.Record)) flow.Record {
	r := flow.Record{
		Time: second * 1e9, Bytes: sent, Initiator: flow.InitiatorSource, EndReason: flow.EndActiveTimeout,
		Source:      netip.AddrPortFrom(netip.MustParseAddr("172.17.0.2"), port),
		Destination: netip.MustParseAddrPort("203.0.113.9:443"),
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func last(r *flow.Record)   { r.EndReason = flow.EndOfFlow }
func whole1(r *flow.Record) { r.EndReason = flow.EndUnknown }

func requestsOf(n, body int64) func(*flow.Record) {
	return func(r *flow.Record) { r.HTTP = flow.HTTP{Method: "PUT", BodySize: body, Requests: n} }
}

func TestTransfers(t *testing.T) {
	asked := func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }
	for name, test := range map[string]struct {
		records []flow.Record
		count   int // of one size
		size    float64
		left    int // connections still followed
	}{
		"each record a connection": {[]flow.Record{part(0, 1, mib, last), part(1, 2, mib, last), part(2, 3, mib, whole1)}, 3, mib, 0},
		"two records each": {[]flow.Record{
			part(0, 1, mib/2), part(5, 2, mib/2), part(9, 1, mib/2, last), part(12, 2, mib/2, last),
		}, 2, mib, 0},
		"goes on":                   {[]flow.Record{part(0, 1, mib), part(10, 1, mib), part(20, 1, mib)}, 0, 0, 1},
		"pauses":                    {[]flow.Record{part(0, 1, mib), part(60, 1, mib), part(120, 1, mib), part(180, 1, mib)}, 3, mib, 1},
		"pauses within each":        {[]flow.Record{part(0, 1, mib), part(20, 1, mib), part(100, 1, mib), part(125, 1, mib), part(200, 1, 1)}, 2, 2 * mib, 1},
		"pauses, then ends":         {[]flow.Record{part(0, 1, mib), part(60, 1, mib, last)}, 2, mib, 0},
		"a last word without bytes": {[]flow.Record{part(0, 1, mib), part(90, 1, 0, last)}, 1, mib, 0},
		"silence is no pause":       {[]flow.Record{part(0, 1, mib/2), part(20, 1, 0), part(25, 1, mib/2, last)}, 1, mib, 0},
		"an hour later":             {[]flow.Record{part(0, 1, mib), part(7200, 1, mib, last)}, 2, mib, 0},
		"talk":                      {[]flow.Record{part(0, 1, leastTransfer-1, last), part(1, 2, leastTransfer-1, whole1)}, 0, 0, 0},
		"a request in one record":   {[]flow.Record{part(0, 1, mib+300, requestsOf(1, mib)), part(5, 1, mib+300, requestsOf(1, mib))}, 2, mib, 0},
		"many of one length":        {[]flow.Record{part(0, 1, 10*mib+3000, requestsOf(10, mib))}, 10, mib, 0},
		"many, one of them long":    {[]flow.Record{part(0, 1, mib+5000, requestsOf(10, mib), last)}, 1, mib + 5000, 0},
		"declared, then sent":       {[]flow.Record{part(0, 1, 0, requestsOf(1, mib)), part(2, 1, mib, last)}, 1, mib, 0},
		"declared, sent, declared": {[]flow.Record{
			part(0, 1, 200, requestsOf(1, mib)), part(2, 1, mib), part(4, 1, 200, requestsOf(1, mib)), part(6, 1, mib, last),
		}, 2, mib + 200, 0},
		"claims are not sent": {[]flow.Record{part(0, 1, 200, requestsOf(1, mib)), part(2, 1, 200, last)}, 0, 0, 0},
		"served":              {[]flow.Record{part(0, 1, mib, last, asked)}, 0, 0, 0},
		"at the ends":         {[]flow.Record{part(0, 1, math.MaxInt64), part(1, 1, math.MaxInt64, last)}, 1, math.MaxInt64, 0},
	} {
		t.Run(name, func(t *testing.T) {
			table, p, every := newTransfers(100), Pair{}, reports(10)
			for i := range test.records {
				table.observe(PairKey{Workload: 1}, &p, &every, &test.records[i], test.records[i].Time)
			}
			count, size, _ := p.sizes.Alike(1, 0.2)
			require.Equal(t, test.count, count)
			require.InDelta(t, test.size, size, test.size/1e5)
			require.Equal(t, test.left, table.Len())
			require.Equal(t, test.left, int(p.connections))
		})
	}
}

// More connections than are followed: each of the others' records is a transfer.
func TestTransfersAreBounded(t *testing.T) {
	table, p, every := newTransfers(4), Pair{}, reports(10)
	for i := range 100 {
		r := part(int64(i), uint16(i), mib)
		table.observe(PairKey{Workload: 1}, &p, &every, &r, r.Time)
	}
	require.LessOrEqual(t, table.Len(), 4)
	for i := range 100 {
		r := part(200, uint16(i), mib, last)
		table.observe(PairKey{Workload: 1}, &p, &every, &r, r.Time)
	}
	require.Zero(t, table.Len())
}

// A transfer is a beat: when it was, and of how much.
func TestTransfersMakeBeats(t *testing.T) {
	table, p, every := newTransfers(100), Pair{}, reports(10)
	for i := range 8 {
		r := part(int64(i)*600, uint16(i), mib, last)
		table.observe(PairKey{Workload: 1}, &p, &every, &r, r.Time)
		failed := part(int64(i)*600+300, uint16(i), 0, last)
		table.observe(PairKey{Workload: 1}, &p, &every, &failed, failed.Time)
	}
	rhythm, ok := p.beats.Rhythm(8)
	require.True(t, ok)
	require.Equal(t, stats.Rhythm{Beats: 8, Interval: (10 * time.Minute).Seconds(), Bytes: mib}, rhythm)
}

// What flows all the time is one transfer, however seldom it is reported.
func TestSeldomReports(t *testing.T) {
	for _, interval := range []int64{10, 60, 300, 1800} {
		table, p, every := newTransfers(100), Pair{}, reports(0)
		for i := range int64(50) {
			r := part(i*interval, 1, mib)
			table.observe(PairKey{Workload: 1}, &p, &every, &r, r.Time)
		}
		count, _, _ := p.sizes.Alike(1, 0.05)
		require.Zero(t, count, "each %d s", interval)
		require.Zero(t, p.beats.Pause())
	}
}

// How often connections are reported is told by those that are reported most often.
func TestReports(t *testing.T) {
	var every reports
	require.Equal(t, int64(45*time.Minute), every.pause(), "not known")
	for range 20 {
		every.see(int64(10 * time.Second))
	}
	require.InDelta(t, 30, time.Duration(every.pause()).Seconds(), 10)
	for range 5 {
		every.see(int64(time.Hour))
	}
	require.InDelta(t, 240, time.Duration(every.pause()).Seconds(), 90, "pauses among them")
	for range 20 {
		every.see(int64(10 * time.Second))
	}
	require.InDelta(t, 30, time.Duration(every.pause()).Seconds(), 5)
	every.see(-1)
	require.GreaterOrEqual(t, every, reports(1))
	for range 1000 {
		every.see(1)
	}
	require.Equal(t, transferPause, every.pause())
}
