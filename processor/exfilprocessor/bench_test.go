package exfilprocessor

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

const (
	benchContainers = 20
	benchRecords    = 50 // of each container in a batch
	benchBatches    = 20
)

// BenchmarkConsumeLogs is the cost of a batch of ordinary records: small
// requests of 20 containers, with as many destinations tracked as the name says.
// Flows are kept, so that a batch can be used again.
func BenchmarkConsumeLogs(b *testing.B) {
	for _, tracked := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprintf("destinations=%d", tracked), func(b *testing.B) { benchmarkConsume(b, tracked) })
	}
}

func benchmarkConsume(b *testing.B, tracked int) {
	cfg := learned()
	cfg.Flows = Keep
	cfg.Limits.Destinations = 2_000_000
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(b, err)
	p.now = func() time.Time { return scenario.Base }
	perContainer := tracked / benchContainers
	track(p, perContainer)
	batches := make([]plog.Logs, benchBatches)
	for i := range batches {
		batches[i] = benchBatch(i, perContainer)
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuSeconds(b)
	for i := range b.N {
		if _, err := p.process(context.Background(), batches[i%len(batches)]); err != nil {
			b.Fatal(err)
		}
	}
	records := float64(b.N) * benchContainers * benchRecords
	b.ReportMetric(records/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric((cpuSeconds(b)-before)*1e9/records, "cpu-ns/record")
}

// track fills the state as records of each container to each of its
// destinations do.
func track(p *exfil, perContainer int) {
	p.engine.Arrive(scenario.Base)
	for c := range benchContainers {
		res := benchResource(c)
		src := engine.NewSource(&res)
		for i := range perContainer {
			r := benchRecord(i)
			p.engine.Observe(&src, &r)
		}
	}
}

// benchBatch is the nth batch: each container's records go to destinations scattered
// over as many as it has, so that each batch is as far apart in memory as can be.
func benchBatch(nth, destinations int) plog.Logs {
	ld := plog.NewLogs()
	for c := range benchContainers {
		rl := ld.ResourceLogs().AppendEmpty()
		res := benchResource(c)
		res.Encode(rl.Resource())
		sl := rl.ScopeLogs().AppendEmpty()
		for i := range benchRecords {
			r := benchRecord((nth*benchRecords + i) * 7919 % destinations)
			r.Encode(sl.LogRecords().AppendEmpty())
		}
	}
	return ld
}

func benchResource(c int) flow.Resource {
	return flow.Resource{
		ContainerID: fmt.Sprintf("%064x", c), Runtime: "containerd", Container: "web", Image: "shop/web",
		PodUID: "0b5c7f3e-0000-4000-8000-000000000000", Pod: "web-0", Namespace: "shop",
		Deployment: fmt.Sprintf("web-%d", c), Node: "node-1", Host: "node-1",
	}
}

// benchRecord is a short connection of 20 attributes to the ith destination: every
// other one is known by name, the rest by address only.
func benchRecord(i int) flow.Record {
	at := scenario.Base.UnixNano()
	peer := netip.AddrFrom4([4]byte{203 + byte(i>>16)%16, byte(i >> 8), byte(i), 9})
	r := flow.Record{
		Time: at, Start: at - 1e9, End: at, EndReason: flow.EndOfFlow,
		Source:      netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 5}), uint16(30000+i%20000)),
		Destination: netip.AddrPortFrom(peer, 80),
		Transport:   "tcp", Initiator: flow.InitiatorSource,
		Bytes: 2300, Packets: 5, ReverseBytes: 1700, ReversePackets: 4,
		Protocol: "http",
		HTTP:     flow.HTTP{Method: "POST", BodySize: 2048},
		Process:  flow.Process{PID: 4242, Executable: "/usr/bin/app"},
	}
	if i%2 == 0 {
		r.Server = fmt.Sprintf("api.d%d.example", i)
	} else {
		r.HTTP.UserAgent = "app/1.0"
	}
	return r
}

func TestBenchRecordIsRealistic(t *testing.T) {
	r := benchRecord(1)
	lr := plog.NewLogRecord()
	r.Encode(lr)
	require.Equal(t, 20, lr.Attributes().Len())
}

// BenchmarkStateMemory is what a million tracked destinations take, with everything
// that the rules and the tables keep beside them.
func BenchmarkStateMemory(b *testing.B) {
	const pairs = 1_000_000
	for b.Loop() {
		before := heapInUse()
		cfg := learned()
		cfg.Limits.Destinations = pairs
		p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
		require.NoError(b, err)
		track(p, pairs/benchContainers)
		taken := heapInUse() - before
		require.Equal(b, pairs, p.engine.DrainState().Destinations.Entries)
		b.ReportMetric(taken/pairs, "B/pair")
		b.ReportMetric(taken/1e6, "MB")
	}
}

func heapInUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
