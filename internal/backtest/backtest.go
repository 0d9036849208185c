// Package backtest runs recorded flow records through the exfil processor at full
// speed, under one configuration or several, and says what came of it and where
// they differ.
//
// The processor is made by its public factory and started, so that what runs is
// what a collector would run. Rules see the records' own time: the same recording
// gives the same alerts. Only where the input stands still does the wall clock
// close an incident.
package backtest

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Config is one configuration to try.
type Config struct {
	Name      string // for a person to read
	Processor component.Config
	// Said is told of each alert, in order, with the log record it came as. It may
	// be nil. An error ends the run.
	Said func(rl plog.ResourceLogs, workload *flow.Resource, a *alert.Alert) error
	// Logger takes what the processor logs. It may be nil.
	Logger *zap.Logger
}

// Result is what came of a run.
type Result struct {
	Read    *recording.Stats
	Elapsed time.Duration
	Sides   []Side // one per configuration
}

// Side is what came of the records under one configuration.
type Side struct {
	Name      string
	Incidents []*Incident // as they opened
	// Forgotten counts alerts of incidents past the 100,000 that are kept.
	Forgotten int64
	Counters  Counters
}

// Run reads inputs once and shows them to a processor of each configuration. An
// error is of a configuration, of an input that cannot be read at all, or what
// Said gave.
func Run(ctx context.Context, inputs []recording.Input, configs []Config) (_ *Result, err error) {
	lanes, err := open(ctx, configs)
	defer func() { err = errors.Join(err, shut(lanes)) }()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	stats, err := drive(ctx, inputs, lanes)
	if err != nil {
		return nil, err
	}
	r := &Result{Read: stats, Elapsed: time.Since(began)}
	for _, l := range lanes {
		side, err := l.side(ctx)
		if err != nil {
			return nil, err
		}
		r.Sides = append(r.Sides, side)
	}
	return r, nil
}

func open(ctx context.Context, configs []Config) ([]*lane, error) {
	var lanes []*lane
	for i := range configs {
		l, err := newLane(ctx, &configs[i])
		if err != nil {
			return lanes, err
		}
		lanes = append(lanes, l)
	}
	return lanes, nil
}

// shut ends the processors, whatever became of the context.
func shut(lanes []*lane) error {
	var all []error
	for _, l := range lanes {
		all = append(all, l.close(context.Background()))
	}
	return errors.Join(all...)
}

// drive feeds every lane with every batch. The lanes have ended when it returns.
func drive(ctx context.Context, inputs []recording.Input, lanes []*lane) (*recording.Stats, error) {
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, l := range lanes {
		l.start(within, cancel)
	}
	stats, err := recording.Read(within, inputs, func(b *recording.Batch) error {
		return feed(within, lanes, b.Logs)
	})
	for _, l := range lanes {
		l.wait()
	}
	if cause := context.Cause(within); cause != nil {
		return stats, cause
	}
	return stats, err
}

// feed gives the batch to the last lane, and copies to the others.
func feed(ctx context.Context, lanes []*lane, ld plog.Logs) error {
	for i, l := range lanes {
		own := ld
		if i < len(lanes)-1 {
			own = plog.NewLogs()
			ld.CopyTo(own)
		}
		select {
		case l.batches <- own:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
