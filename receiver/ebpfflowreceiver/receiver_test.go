package ebpfflowreceiver

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/bpf"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/eventtest"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/metadatatest"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// rig is a receiver on a pretended machine.
type rig struct {
	*flowReceiver
	source     *eventtest.Source
	containers *eventtest.Containers
	sink       *consumertest.LogsSink
	telemetry  *componenttest.Telemetry
	host       *statusHost
}

func newRig(t *testing.T, next consumer.Logs) *rig {
	g := &rig{
		source:     eventtest.NewSource(),
		containers: eventtest.NewContainers(),
		sink:       new(consumertest.LogsSink),
		telemetry:  componenttest.NewTelemetry(),
		host:       &statusHost{Host: componenttest.NewNopHost()},
	}
	if next == nil {
		next = g.sink
	}
	g.containers.Put(7, container.Container{ID: container.ID{ContainerID: strings.Repeat("7", 64)}, Settled: true})
	var err error
	g.flowReceiver, err = newReceiver(metadatatest.NewSettings(g.telemetry), createDefaultConfig(), next)
	require.NoError(t, err)
	g.open = func(*Config, *zap.Logger) (*kernel, error) {
		return &kernel{source: g.source, containers: g.containers, clock: func() int64 { return 1_700_000_000e9 }, proc: t.TempDir()}, nil
	}
	t.Cleanup(func() { require.NoError(t, g.telemetry.Shutdown(context.Background())) })
	return g
}

func (g *rig) start(t *testing.T) { require.NoError(t, g.Start(context.Background(), g.host)) }

func (g *rig) stop(t *testing.T) { require.NoError(t, g.Shutdown(context.Background())) }

// statusHost keeps what components report of themselves.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *statusHost) statuses() (all []componentstatus.Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		all = append(all, e.Status())
	}
	return all
}

func sent(bytes uint64) event.Event {
	return event.Event{Kind: event.KindFlow, Flow: event.Flow{
		Socket: event.Socket{Cookie: 1, Cgroup: 7, Protocol: 6,
			Local: netip.MustParseAddrPort("10.0.0.2:40000"), Remote: netip.MustParseAddrPort("203.0.113.10:80")},
		Reason: event.ActiveTimeout, Delta: event.Counters{Sent: bytes}}}
}

func TestFactory(t *testing.T) {
	f := NewFactory()
	set := receivertest.NewNopSettings(f.Type())
	r, err := f.CreateLogs(context.Background(), set, f.CreateDefaultConfig(), consumertest.NewNop())
	require.NoError(t, err)
	assert.NoError(t, r.Shutdown(context.Background()), "without a start")
	assert.Equal(t, component.StabilityLevelAlpha, f.LogsStability())

	_, err = f.CreateLogs(context.Background(), set, &struct{}{}, consumertest.NewNop())
	assert.ErrorIs(t, err, errConfig)
}

func TestLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, nil)
		sweeps := 0
		g.source.OnSweep = func() error {
			sweeps++
			g.source.Send(sent(uint64(sweeps)))
			return nil
		}
		g.start(t)
		<-time.After(25 * time.Second)
		synctest.Wait()
		assert.Equal(t, 2, g.sink.LogRecordCount(), "one a sweep, one sweep in 10 s")
		g.stop(t)
		assert.Equal(t, 3, sweeps, "the last word of live flows")
		assert.Equal(t, 3, g.sink.LogRecordCount())
		assert.True(t, g.source.Closed())
		assert.True(t, g.containers.Closed())
		assert.Empty(t, g.host.statuses())

		var r flow.Record
		logs := g.sink.AllLogs()
		require.NoError(t, r.Decode(logs[2].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)))
		assert.EqualValues(t, 3, r.Bytes)
	})
}

// Sweeps do not overlap: the last one waits for one that runs.
func TestShutdownDuringASweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, nil)
		sweeping, most := 0, 0
		g.source.OnSweep = func() error {
			sweeping++
			most = max(most, sweeping)
			<-time.After(3 * time.Second)
			sweeping--
			return nil
		}
		g.start(t)
		<-time.After(11 * time.Second)
		g.stop(t)
		assert.Equal(t, 1, most)
	})
}

func TestStartFails(t *testing.T) {
	g := newRig(t, nil)
	refusal := &bpf.ProbeError{Probe: "on_egress", Missing: "CAP_BPF", Remedy: "grant it", Err: syscall.EPERM}
	g.open = func(*Config, *zap.Logger) (*kernel, error) { return nil, refusal }
	err := g.Start(context.Background(), g.host)
	var probe *bpf.ProbeError
	require.ErrorAs(t, err, &probe)
	assert.ErrorIs(t, err, syscall.EPERM)
	g.stop(t)
}

// What was opened is closed where the rest fails.
func TestStartFailsHalfway(t *testing.T) {
	g := newRig(t, nil)
	g.config.MaxFlows = 0
	assert.ErrorContains(t, g.Start(context.Background(), g.host), "max_flows")
	assert.True(t, g.source.Closed())
	assert.True(t, g.containers.Closed())
	g.stop(t)
}

func TestHandlesRefused(t *testing.T) {
	g := newRig(t, nil)
	g.containers.Refused = errors.New("CAP_DAC_READ_SEARCH")
	g.start(t)
	g.stop(t)
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError}, g.host.statuses())
}

func TestSweepFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, nil)
		g.source.OnSweep = func() error { return errors.New("broken") }
		g.start(t)
		<-time.After(11 * time.Second)
		assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError}, g.host.statuses())
		g.stop(t)
	})
}

func TestReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, nil)
		g.start(t)
		g.source.Fail(errors.New("broken"))
		synctest.Wait()
		assert.Equal(t, []componentstatus.Status{componentstatus.StatusPermanentError}, g.host.statuses())
		g.stop(t)
	})
}

func TestEndFails(t *testing.T) {
	g := newRig(t, nil)
	g.source.EndErr = errors.New("broken")
	g.start(t)
	assert.ErrorIs(t, g.Shutdown(context.Background()), g.source.EndErr)
	assert.True(t, g.source.Closed(), "all the same")
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, consumertest.NewErr(errors.New("full")))
		g.start(t)
		g.source.Lose(event.Losses{Flows: 1, Bytes: 2, Samples: 3, Events: 4, Sockets: 5, Peers: 6})
		g.source.Send(sent(1), sent(2))
		<-time.After(11 * time.Second) // a sweep reads the losses
		synctest.Wait()

		same := metricdatatest.IgnoreTimestamp()
		metadatatest.AssertEqualEbpfFlowEvents(t, g.telemetry, []metricdata.DataPoint[int64]{{Value: 2}}, same)
		metadatatest.AssertEqualEbpfFlowFlows(t, g.telemetry, []metricdata.DataPoint[int64]{{Value: 1}}, same)
		metadatatest.AssertEqualEbpfFlowFlowsEvicted(t, g.telemetry, []metricdata.DataPoint[int64]{{Value: 0}}, same)
		var lost []metricdata.DataPoint[int64]
		for i, kind := range []string{"flows", "bytes", "samples", "events", "sockets", "peers"} {
			lost = append(lost, ofKind(kind, int64(i+1)))
		}
		metadatatest.AssertEqualEbpfFlowLost(t, g.telemetry, append(lost, ofKind("refused", 2), ofKind("unresolved", 0)), same)
		refused, err := g.telemetry.GetMetric("otelcol_receiver_refused_log_records")
		require.NoError(t, err)
		assert.EqualValues(t, 2, refused.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
		g.stop(t)
	})
}

func ofKind(kind string, n int64) metricdata.DataPoint[int64] {
	return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attribute.String("kind", kind))}
}
