package ebpfflowreceiver

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/footprint"
)

const (
	collectEvery = time.Second
	collectTries = 200
	collectPause = 20 * time.Millisecond
)

func (r *flowReceiver) sweepEvery(ctx context.Context, interval time.Duration) {
	live, words := time.NewTicker(interval), time.NewTimer(collectEvery)
	defer live.Stop()
	defer words.Stop()
	var started sync.Once
	for {
		select {
		case <-ctx.Done():
			return
		case <-live.C:
			r.sweep()
			started.Do(r.settle)
		case <-words.C:
			words.Reset(r.nextCollect())
		}
	}
}

// settle runs an interval after the start, when every component has started.
func (r *flowReceiver) settle() {
	if err := footprint.Settle(); err != nil {
		r.set.Logger.Debug("Memory of the start is kept", zap.Error(err))
	}
}

func (r *flowReceiver) sweep() {
	err := r.kernel.source.Sweep()
	losses, lossErr := r.kernel.source.Losses()
	if lossErr == nil {
		r.tracker.NoteLosses(losses)
	}
	r.unwell("Live flows could not be read", errors.Join(err, lossErr))
}

// nextCollect collects, and says how soon to do so again.
func (r *flowReceiver) nextCollect() time.Duration {
	if r.collect() {
		return collectPause
	}
	return collectEvery
}

func (r *flowReceiver) collect() (more bool) {
	more, err := r.kernel.source.Collect()
	r.unwell("Last words of flows could not be read", err)
	return more
}

// collectAll waits, at the end and for a moment, until the reader has made room
// for every last word.
func (r *flowReceiver) collectAll() {
	for range collectTries {
		if !r.collect() {
			return
		}
		<-time.After(collectPause)
	}
}

func (r *flowReceiver) unwell(what string, err error) {
	if err == nil {
		return
	}
	r.set.Logger.Warn(what, zap.Error(err))
	componentstatus.ReportStatus(r.host, componentstatus.NewRecoverableErrorEvent(err))
}
