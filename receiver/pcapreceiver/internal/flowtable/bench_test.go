package flowtable_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"runtime"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/traffic"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/flowtable"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// frames is mixed traffic in memory.
func frames(tb testing.TB, n int) []capture.Frame {
	var file bytes.Buffer
	_, err := traffic.Write(&file, n, 1)
	require.NoError(tb, err)
	r, err := pcapgo.NewReader(&file)
	require.NoError(tb, err)
	var out []capture.Frame
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(tb, err)
		out = append(out, capture.Frame{Time: info.Timestamp.UnixNano(), Link: r.LinkType(), Data: data, Length: info.Length})
	}
}

// What a packet costs between its frame and a record, reading not included.
func BenchmarkMixedTraffic(b *testing.B) {
	in := frames(b, 300_000)
	records := 0
	s := newScene(func(o *flowtable.Options) {
		o.MaxFlows = 1 << 18
		o.Emit = func(flowtable.Owner, *flow.Record) { records++ }
	})
	var d packet.Decoder
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		f := in[i%len(in)]
		f.Time = begin.UnixNano() + int64(i)*20_000
		for _, p := range d.Decode(&f) {
			s.Packet(&p)
		}
	}
	b.ReportMetric(float64(records)/float64(b.N), "records/op")
	b.ReportMetric(float64(s.Open()), "flows")
}

// What an open flow takes: one that has spoken HTTP, and one that has only begun.
func BenchmarkFlowMemory(b *testing.B) {
	const flows = 100_000
	for name, speak := range map[string]func(c *peer){
		"tcp": func(c *peer) { c.stream(100, 100) },
		"http": func(c *peer) {
			c.say("GET /some/path/to/a/thing HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n\r\n")
		},
	} {
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				s := newScene(func(o *flowtable.Options) {
					o.MaxFlows = flows
					o.Emit = func(flowtable.Owner, *flow.Record) {}
				})
				for i := range flows {
					c, _ := s.connection(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 77, byte(i >> 16), byte(i >> 8)}), uint16(i)).String(), web)
					c.open()
					speak(c)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				require.Equal(b, flows, s.Open())
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/flows, "B/flow")
		})
	}
}
