package exfilprocessor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadatatest"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

var errFull = errors.New("sending queue is full")

// gate is a next component that can be shut. It changes what it is given.
type gate struct {
	consumertest.LogsSink
	shut bool
}

func (*gate) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (g *gate) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if g.shut {
		ld.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
		return errFull
	}
	return g.LogsSink.ConsumeLogs(ctx, ld)
}

// A refused alert is sent with the next pass, once, before later ones; the sender
// of the records is not asked to repeat them.
func TestARefusedAlertIsNotLost(t *testing.T) {
	p, g := fuzzed(t), &gate{shut: true}
	p.outbox.next = g
	_, err := p.process(context.Background(), upload(scenario.Base))
	require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData)
	p.now = func() time.Time { return scenario.Base.Add(time.Hour) }
	p.pass(context.Background())
	require.Empty(t, g.AllLogs())

	g.shut = false
	for range 2 * maxPause {
		p.pass(context.Background())
	}
	require.Equal(t, []alert.Status{alert.Open, alert.Closed}, statuses(t, &g.LogsSink))
}

// What the next component refuses of other records is its sender's to repeat.
func TestTheErrorOfOtherRecordsIsReturned(t *testing.T) {
	g := &gate{shut: true}
	p, err := NewFactory().CreateLogs(context.Background(), processortest.NewNopSettings(metadata.Type), createDefaultConfig(), g)
	require.NoError(t, err)
	require.NoError(t, p.ConsumeLogs(context.Background(), upload(time.Now())))
	other := upload(time.Now())
	other.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty().Body().SetStr("other")
	require.ErrorIs(t, p.ConsumeLogs(context.Background(), other), errFull)
	g.shut = false
	require.NoError(t, p.Shutdown(context.Background()))
	require.Equal(t, []alert.Status{alert.Open, alert.Closed}, statuses(t, &g.LogsSink), "sent at shutdown")
}

func TestAlertsThatCannotBeSentAreCounted(t *testing.T) {
	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	p, err := newProcessor(set, createDefaultConfig().(*Config), &gate{shut: true})
	require.NoError(t, err)
	said := plog.NewResourceLogsSlice()
	for i := range maxWaiting + 5 {
		said.AppendEmpty().SetSchemaUrl(string(rune('a' + i%26)))
	}
	p.outbox.put(said, nil)
	require.Equal(t, maxWaiting, p.outbox.len())
	require.Equal(t, "f", p.outbox.waiting.At(0).SchemaUrl(), "the oldest went")
	require.NoError(t, p.shutdown(context.Background()))
	metadatatest.AssertEqualExfilAlertsLost(t, tel,
		[]metricdata.DataPoint[int64]{{Value: maxWaiting + 5}}, metricdatatest.IgnoreTimestamp())
}

// Retries become rarer while the next component refuses.
func TestRetriesPause(t *testing.T) {
	g := &gate{shut: true}
	o := newOutbox(g)
	said := plog.NewResourceLogsSlice()
	said.AppendEmpty()
	o.put(said, nil)
	tries := 0
	for range 1000 {
		if o.retry(context.Background()) != nil {
			tries++
		}
	}
	require.Less(t, tries, 30)
	require.Greater(t, tries, 1000/(maxPause+1))
}

// Senders and the ticker at once, with a next component that refuses at times.
func TestNoAlertIsLostOrRepeatedUnderConcurrency(t *testing.T) {
	p := fuzzed(t)
	f := &flaky{}
	p.outbox.next = f
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
	for p.outbox.len() > 0 {
		p.pass(context.Background())
	}
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &f.LogsSink))
}

// flaky refuses the first five batches. The outbox sends one at a time.
type flaky struct {
	consumertest.LogsSink
	refused int
}

func (f *flaky) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if f.refused++; f.refused <= 5 {
		return errFull
	}
	return f.LogsSink.ConsumeLogs(ctx, ld)
}
