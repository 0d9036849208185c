package pcapreceiver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/metadata"
)

// pcapReceiver reads one input to its end, or until it is shut down.
type pcapReceiver struct {
	config    *Config
	set       receiver.Settings
	next      consumer.Logs
	report    *receiverhelper.ObsReport
	telemetry *metadata.TelemetryBuilder

	source    capture.Source
	meter     *meter
	failed    atomic.Int64 // inputs
	host      component.Host
	cancel    context.CancelFunc
	goroutine sync.WaitGroup
}

func newReceiver(set receiver.Settings, config *Config, next consumer.Logs) (*pcapReceiver, error) {
	transport := "file"
	if config.Interface != "" {
		transport = "interface"
	}
	report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: transport, ReceiverCreateSettings: set})
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &pcapReceiver{config: config, set: set, next: next, report: report, telemetry: telemetry, meter: newMeter()}, nil
}

// Start opens the input: what cannot be read at all is an error that names the key.
func (r *pcapReceiver) Start(_ context.Context, host component.Host) error {
	r.host = host
	directory, err := r.config.directory()
	if err != nil {
		return err
	}
	if r.source, err = r.config.open(r.problem); err != nil {
		return err
	}
	if err := r.observe(); err != nil {
		return errors.Join(err, r.source.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	run := r.newRun(directory)
	r.goroutine.Go(func() { r.read(ctx, run) })
	r.goroutine.Go(func() { run.keepTime(ctx) })
	return nil
}

// problem notes a part of the input that cannot be read; the rest goes on.
func (r *pcapReceiver) problem(err error) {
	r.failed.Add(1)
	r.set.Logger.Warn("A capture could not be read to its end", zap.Error(err))
	componentstatus.ReportStatus(r.host, componentstatus.NewRecoverableErrorEvent(err))
}

// down notes that the interface is, for now.
func (r *pcapReceiver) down(err error) {
	r.set.Logger.Warn("The interface is down; reading goes on when it is up", zap.Error(err))
	componentstatus.ReportStatus(r.host, componentstatus.NewRecoverableErrorEvent(err))
}

// read accounts frames until there are no more, then reports every open flow.
func (r *pcapReceiver) read(ctx context.Context, run *run) {
	err := run.read(ctx)
	run.finish(ctx)
	r.cancel()
	switch {
	case err != nil && !errors.Is(err, os.ErrClosed):
		r.set.Logger.Error("Reading has stopped", zap.Error(err))
		componentstatus.ReportStatus(r.host, componentstatus.NewPermanentErrorEvent(err))
	case err == nil:
		r.set.Logger.Info("The input has been read to its end", zap.Int64("frames", run.frames))
		if r.config.ExitAtEnd {
			componentstatus.ReportStatus(r.host, componentstatus.NewFatalErrorEvent(errAtEnd))
		}
	}
}

// errAtEnd ends the collector where that is wished: no other event does.
var errAtEnd = errors.New("the input has been read to its end, and exit_at_end is set")

// Shutdown ends reading, reports every open flow and waits for both goroutines.
func (r *pcapReceiver) Shutdown(context.Context) error {
	defer r.telemetry.Shutdown()
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	err := r.source.Close()
	r.goroutine.Wait()
	if err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("close the input: %w", err)
	}
	return nil
}

// tickEvery is how often a live capture is told the time and a batch leaves that
// nothing has filled.
const tickEvery = time.Second
