package ebpfflowreceiver

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/tracker"
)

// flowReceiver reads the kernel side until it is shut down.
type flowReceiver struct {
	config    *Config
	set       receiver.Settings
	next      consumer.Logs
	report    *receiverhelper.ObsReport
	telemetry *metadata.TelemetryBuilder
	open      func(*Config, *zap.Logger) (*kernel, error)

	kernel  *kernel
	tracker *tracker.Tracker
	host    component.Host
	cancel  context.CancelFunc
	reader  sync.WaitGroup
	sweeper sync.WaitGroup
}

func newReceiver(set receiver.Settings, config *Config, next consumer.Logs) (*flowReceiver, error) {
	report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: "ebpf", ReceiverCreateSettings: set})
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &flowReceiver{config: config, set: set, next: next, report: report,
		telemetry: telemetry, open: openKernel}, nil
}

// Start loads the kernel side. What this kernel or these privileges do not allow
// is an error that names the probe, what is missing and the remedy; the
// collector reports it as the component's status.
func (r *flowReceiver) Start(_ context.Context, host component.Host) error {
	k, err := r.open(r.config, r.set.Logger)
	if err != nil {
		return err
	}
	r.kernel, r.host = k, host
	if r.tracker, err = tracker.New(r.options()); err != nil {
		return errors.Join(err, k.close())
	}
	if err := r.observe(); err != nil {
		return errors.Join(err, k.close())
	}
	if err := k.containers.HandlesRefused(); err != nil {
		r.set.Logger.Warn("Some containers may be recognised late", zap.Error(err))
		componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(err))
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.reader.Go(func() { r.read(ctx) })
	r.sweeper.Go(func() { r.sweepEvery(ctx, r.config.Interval) })
	return nil
}

func (r *flowReceiver) options() tracker.Options {
	return tracker.Options{
		Source:        r.kernel.source,
		Containers:    r.kernel.containers,
		Emit:          r.emit,
		Clock:         r.kernel.clock,
		Now:           time.Now,
		Proc:          r.kernel.proc,
		Host:          r.kernel.host,
		HostID:        r.kernel.hostID,
		HostProcesses: r.config.HostProcesses,
		MaxFlows:      r.config.MaxFlows,
	}
}

// Shutdown detaches from the kernel, takes a last report of every flow and waits
// for both goroutines.
func (r *flowReceiver) Shutdown(context.Context) error {
	defer r.telemetry.Shutdown()
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	r.sweeper.Wait() // sweeps do not overlap
	err := r.kernel.source.Detach()
	r.sweep()
	r.collectAll()
	err = errors.Join(err, r.kernel.source.End())
	r.reader.Wait()
	return errors.Join(err, r.kernel.close())
}

func (r *flowReceiver) read(ctx context.Context) {
	// The last records leave after cancel: they get a context that outlives it.
	if err := r.tracker.Run(context.WithoutCancel(ctx)); err != nil {
		r.set.Logger.Error("The flow reader has stopped", zap.Error(err))
		componentstatus.ReportStatus(r.host, componentstatus.NewPermanentErrorEvent(err))
	}
}

func (r *flowReceiver) emit(ctx context.Context, logs plog.Logs, records int) error {
	ctx = r.report.StartLogsOp(ctx)
	err := r.next.ConsumeLogs(ctx, logs)
	r.report.EndLogsOp(ctx, "kernel", records, err)
	return err
}
