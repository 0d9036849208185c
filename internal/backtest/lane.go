package backtest

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// waiting is how many batches may wait for a slower lane.
const waiting = 4

// lane is one configuration's processor, with a goroutine of its own that hands
// it the batches.
type lane struct {
	config    *Config
	processor processor.Logs
	provider  *sdkmetric.MeterProvider
	metrics   *sdkmetric.ManualReader
	ledger    ledger

	batches chan plog.Logs
	running sync.WaitGroup
}

// noExtensions is the host of a processor that needs nothing of it.
type noExtensions struct{}

func (noExtensions) GetExtensions() map[component.ID]component.Component { return nil }

func newLane(ctx context.Context, cfg *Config) (*lane, error) {
	l := &lane{config: cfg, metrics: sdkmetric.NewManualReader(), batches: make(chan plog.Logs, waiting)}
	l.provider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(l.metrics))
	sink, err := consumer.NewLogs(l.hear)
	if err != nil {
		return nil, err
	}
	factory := exfilprocessor.NewFactory()
	l.processor, err = factory.CreateLogs(ctx, processor.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: l.telemetry(),
		BuildInfo:         component.NewDefaultBuildInfo(),
	}, cfg.Processor, sink)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	if err := l.processor.Start(ctx, noExtensions{}); err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	return l, nil
}

func (l *lane) telemetry() component.TelemetrySettings {
	logger := l.config.Logger
	if logger == nil {
		logger = zap.NewNop()
	}
	return component.TelemetrySettings{
		Logger:         logger,
		TracerProvider: noop.NewTracerProvider(),
		MeterProvider:  l.provider,
		Resource:       pcommon.NewResource(),
	}
}

// start consumes what comes until wait. A failure is given to failed, once, and
// the rest is thrown away.
func (l *lane) start(ctx context.Context, failed context.CancelCauseFunc) {
	l.running.Go(func() {
		for ld := range l.batches {
			if ctx.Err() != nil {
				continue
			}
			err := l.processor.ConsumeLogs(ctx, ld)
			if err == nil {
				err = l.ledger.failure()
			}
			if err != nil {
				failed(err)
			}
		}
	})
}

func (l *lane) wait() {
	close(l.batches)
	l.running.Wait()
}

// hear takes what the processor sends. It never refuses, since the processor
// would say the same again.
func (l *lane) hear(_ context.Context, ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if alert.Is(lr) {
					l.ledger.note(l.say(rl, lr))
				}
			}
		}
	}
	return nil
}

func (l *lane) say(rl plog.ResourceLogs, lr plog.LogRecord) error {
	var workload flow.Resource
	workload.Decode(rl.Resource())
	var a alert.Alert
	if err := a.Decode(lr); err != nil {
		return err
	}
	l.ledger.enter(&workload, &a)
	if l.config.Said == nil {
		return nil
	}
	return l.config.Said(rl, &workload, &a)
}

// side is what came out, once nothing more comes in.
func (l *lane) side(ctx context.Context) (Side, error) {
	var rm metricdata.ResourceMetrics
	if err := l.metrics.Collect(ctx, &rm); err != nil {
		return Side{}, err
	}
	l.ledger.mu.Lock()
	defer l.ledger.mu.Unlock()
	return Side{
		Name: l.config.Name, Incidents: l.ledger.incidents, Forgotten: l.ledger.forgotten, Counters: counters(&rm),
	}, nil
}

func (l *lane) close(ctx context.Context) error {
	l.ledger.end()
	err := l.processor.Shutdown(ctx)
	if err != nil {
		return err
	}
	return l.provider.Shutdown(ctx)
}
