package lab

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

const (
	// Quiet is how long a destination is silent before its incident closes.
	Quiet = 3 * time.Second

	runWithin   = 5 * time.Minute  // one container
	alertWithin = 15 * time.Second // after its end
	closeWithin = 30 * time.Second // after the last container's quiet period
)

// Collect starts a collector that watches the lab's containers. It writes flow
// records where the handler wants them.
func (l *Lab) Collect(ctx context.Context, binary string, on collector.Handler) (*collector.Collector, error) {
	return collector.Start(ctx, collector.Config{
		Binary: binary, Dir: l.Dir, Socket: l.Engine.Socket(), KeepFlows: on.Flow != nil, Quiet: l.quiet,
	}, on)
}

// Run runs scenarios one after another under one collector, and says of each
// what came out.
func (l *Lab) Run(ctx context.Context, binary string, scenarios []Scenario, done func(Scenario)) ([]Outcome, error) {
	e := newEar()
	c, err := l.Collect(ctx, binary, e.handler(l.Sinks.Received))
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, 0, len(scenarios))
	for _, s := range scenarios {
		if ctx.Err() != nil {
			break
		}
		o, err := l.one(ctx, s, e)
		if err != nil {
			return nil, errors.Join(err, c.Stop())
		}
		outcomes = append(outcomes, o)
		done(s)
	}
	closing, cancel := context.WithTimeout(ctx, l.quiet+closeWithin)
	defer cancel()
	e.until(closing, func() bool { return e.quiet(outcomes) })
	for i := range outcomes {
		for _, a := range e.about(outcomes[i].id) {
			outcomes[i].hear(a)
		}
	}
	return outcomes, errors.Join(append(e.errs, c.Stop(), ctx.Err())...)
}

// one runs a scenario and waits for its first alert.
func (l *Lab) one(ctx context.Context, s Scenario, e *ear) (Outcome, error) {
	o := Outcome{Scenario: s.Name, Benign: s.Benign, Container: s.Container(), Sent: s.Sent(l.Size), wants: s}
	if missing := l.Sinks.Missing[s.Needs]; missing != nil {
		o.Skipped = missing.Error()
		return o, nil
	}
	if err := l.Sinks.Reset(); err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(ctx, runWithin)
	defer cancel()
	watch, stop := context.WithCancel(ctx)
	crossed := watchCrossing(watch, l.Sinks.Received)
	r, err := l.Exec(ctx, s)
	o.id = r.ID
	if l.Engine.Socket() == "" {
		o.Container = tell.Short(o.id) // nobody gave it a name
	}
	if err != nil {
		o.Failed = err.Error()
	}
	if r.ExitCode == NotInstalled {
		o.Skipped, o.Failed = "a tool is not installed: "+strings.TrimSpace(r.Output), ""
	}
	wait, enough := context.WithTimeout(ctx, alertWithin)
	defer enough()
	if !s.Benign {
		e.until(wait, func() bool { return len(e.about(o.id)) > 0 })
	}
	stop()
	o.Received = l.Sinks.Received()
	decided := <-crossed
	if s.Declared && !l.Sinks.Head().IsZero() {
		decided = l.Sinks.Head()
	}
	if said := e.about(o.id); len(said) > 0 && !decided.IsZero() {
		o.Delay = max(0, said[0].Arrived.Sub(decided))
	}
	return o, nil
}
