package exfilprocessor

import (
	"context"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"
	"golang.org/x/tools/txtar"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// How records are cut into batches does not matter.
func TestBatchesDoNotMatter(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/incident.txtar")
	require.NoError(t, err)
	whole, _ := play(t, archive.Files[0].Data, string(archive.Files[1].Data))
	var cut []byte
	for _, c := range archive.Files[1].Data {
		if cut = append(cut, c); c == '\n' {
			cut = append(cut, c)
		}
	}
	single, _ := play(t, archive.Files[0].Data, string(cut))
	require.Equal(t, whole, single)
}

// The resource of an alert is the workload's own, with what we do not know of.
func TestTheResourceIsUnchanged(t *testing.T) {
	p := fuzzed(t)
	ld := upload(scenario.Base)
	in := ld.ResourceLogs().At(0)
	in.Resource().Attributes().PutStr("team", "payments")
	in.SetSchemaUrl("https://opentelemetry.io/schemas/1.37.0")
	want := in.Resource().Attributes().AsRaw()
	sink := new(consumertest.LogsSink)
	p.outbox.next = sink
	_, err := p.process(context.Background(), ld)
	require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData, "nothing but the flow record came in")
	rl := sink.AllLogs()[0].ResourceLogs().At(0)
	require.Equal(t, want, rl.Resource().Attributes().AsRaw())
	require.Equal(t, "https://opentelemetry.io/schemas/1.37.0", rl.SchemaUrl())
	require.Equal(t, metadata.ScopeName, rl.ScopeLogs().At(0).Scope().Name())
}

// A resource is kept as long as its incident is open.
func TestAHugeResourceIsCut(t *testing.T) {
	p, sink := fuzzed(t), new(consumertest.LogsSink)
	p.outbox.next = sink
	ld := upload(scenario.Base)
	m := ld.ResourceLogs().At(0).Resource().Attributes()
	m.PutStr("huge", strings.Repeat("a", 1<<20))
	inner := m.PutEmptySlice("deep").AppendEmpty().SetEmptyMap()
	inner.PutEmptyBytes("huge").FromRaw(make([]byte, 1<<20))
	inner.PutDouble("number", math.NaN())
	for i := range 10_000 {
		m.PutStr("many"+strconv.Itoa(i), strings.Repeat("a", 1000))
	}
	_, _ = p.process(context.Background(), ld)
	sent := sink.AllLogs()[0]
	require.Less(t, (&plog.ProtoMarshaler{}).LogsSize(sent), 2*maxResource)
	name, ok := sent.ResourceLogs().At(0).Resource().Attributes().Get("container.name")
	require.True(t, ok)
	require.Equal(t, "web", name.Str())
}

func TestNothingIsSentOnWhenNothingIsLeft(t *testing.T) {
	p := fuzzed(t)
	ld := upload(scenario.Base)
	ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().PutInt("http.request.body.size", 1)
	_, err := p.process(context.Background(), ld)
	require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData)
}

// What the engine keeps does not alias the batch, which the next component may
// change or reuse.
func TestStateDoesNotAliasRecords(t *testing.T) {
	p := fuzzed(t)
	data, err := (&plog.ProtoMarshaler{}).MarshalLogs(upload(scenario.Base))
	require.NoError(t, err)
	ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
	require.NoError(t, err)
	_, _ = p.process(context.Background(), ld)
	clear(data)
	p.now = func() time.Time { return scenario.Base.Add(time.Hour) }
	sink := new(consumertest.LogsSink)
	p.outbox.next = sink
	p.pass(context.Background())
	out := scenario.NewWriter()
	require.NoError(t, out.Logs(sink.AllLogs()[0]))
	require.Contains(t, out.String(), "Pod shop/web-0 sent 2.2 KiB of the 20.0 MiB announced to 203.0.1.9:80 with /usr/bin/app (pid 4242)")
}

// A host that sends flow records with the rules on spends no allocation on one.
func TestRecordsDoNotAllocate(t *testing.T) {
	cfg := learned()
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	cfg.Flows = Keep
	ld := benchBatch(0, 50)
	records := float64(ld.LogRecordCount())
	perBatch := testing.AllocsPerRun(10, func() { _, _ = p.process(context.Background(), ld) })
	require.Less(t, perBatch/records, 0.1)
}

// An attacker who touches a million addresses does not flush his own trail.
func TestAMillionAddressesDoNotHideAnUpload(t *testing.T) {
	cfg := learned()
	cfg.Limits.Destinations = 10_000
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	p.engine.Arrive(scenario.Base)
	res := benchResource(1)
	src := engine.NewSource(&res)
	send := func(peer int, bytes int64) {
		r := benchRecord(peer)
		r.Bytes, r.HTTP, r.Server = bytes, flow.HTTP{}, ""
		p.engine.Observe(&src, &r)
	}
	send(5, 6<<20)
	for peer := range 1_000_000 {
		send(1000+peer, 900)
	}
	require.Empty(t, p.engine.Alerts())
	send(5, 6<<20)
	require.Len(t, p.engine.Alerts(), 1)
	require.LessOrEqual(t, p.engine.DrainState().Destinations.Entries, 10_000)
}

func TestConcurrentBatches(t *testing.T) {
	p := fuzzed(t)
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for range 50 {
				_, _ = p.process(context.Background(), upload(scenario.Base))
				p.pass(context.Background())
			}
		})
	}
	senders.Wait()
	require.Equal(t, 1, p.engine.DrainState().Incidents.Entries)
}
