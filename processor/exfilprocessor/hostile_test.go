package exfilprocessor

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// A workload touches new addresses and new domains at the rate of a million a minute,
// by names and by DNS questions, among records that are ten hours late and clocks that
// jump back. Memory stays under what the limits allow, and the upload that goes on all the
// while, in forty pieces of half a MiB, is found.
func TestHostileLoad(t *testing.T) {
	cfg := learned()
	cfg.Limits = Limits{Workloads: 100, Destinations: 10_000, Incidents: 100}
	sink := new(consumertest.LogsSink)
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(t, err)
	p.now = func() time.Time { return scenario.Base.Add(2 * time.Minute) }
	before := heapInUse()
	const pieces, perPiece = 40, 6_000
	for piece := range pieces {
		_, _ = p.process(context.Background(), hostileBatch(piece, perPiece))
	}
	require.Less(t, heapInUse()-before, 40e6, "bytes held")
	state := p.engine.DrainState()
	require.LessOrEqual(t, state.Destinations.Entries, 10_000)
	found := false
	for _, a := range alerts(t, sink) {
		found = found || a.Destination.Domain == "drop.example" && a.Bytes >= 10<<20
	}
	require.True(t, found, "the upload was not found")
}

// hostileBatch is 360 ms of noise, and a piece of the upload.
func hostileBatch(piece, noise int) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	who := flow.Resource{Namespace: "shop", Deployment: "web", Pod: "web-0"}
	who.Encode(rl.Resource())
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	at := scenario.Base.Add(time.Duration(piece) * 360 * time.Millisecond).UnixNano()
	for i := range noise {
		r := hostileRecord(piece*noise+i, at)
		r.Encode(records.AppendEmpty())
	}
	upload := hostileRecord(0, at)
	upload.Server, upload.Bytes, upload.DNS = "drop.example", 512<<10, flow.DNS{}
	upload.Encode(records.AppendEmpty())
	return ld
}

func hostileRecord(i int, at int64) flow.Record {
	r := flow.Record{
		Time: at, Transport: "tcp", Initiator: flow.InitiatorSource, Bytes: 900, ReverseBytes: 100,
		Source:      netip.MustParseAddrPort("10.0.0.5:40000"),
		Destination: netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(11 + i>>16), byte(i >> 8), byte(i), 9}), 443),
		EndReason:   flow.EndOfFlow,
	}
	switch i % 4 {
	case 0:
		r.Server = fmt.Sprintf("host.d%d.example", i)
	case 1:
		r.Transport, r.DNS = "udp", flow.DNS{QuestionName: fmt.Sprintf("host.q%d.example", i), QuestionType: "A"}
	case 2:
		r.Time -= int64(10 * time.Hour)
	default:
		r.EndReason = flow.EndActiveTimeout
		r.Time -= int64(i%7) * int64(time.Minute)
	}
	return r
}
