package exfilprocessor

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/asn"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

// tickEvery is how often idle incidents are looked at, wall clock.
const tickEvery = time.Second

// exfil is the processor: it decodes records, hands them to the engine and
// sends what the engine says.
type exfil struct {
	cfg    *Config
	id     component.ID
	logger *zap.Logger
	now    func() time.Time
	outbox *outbox
	keeper *keeper // nil without a storage
	lists  *indicator.Lists
	whose  *workload.Directory

	mu      sync.Mutex // guards what follows
	engine  *engine.Engine
	voice   *voice
	meter   *meter
	foreign *foreign // nil where no other product's logs are read
	batch   batch
	hand

	stop    context.CancelFunc // of the ticker, once started
	stopped sync.WaitGroup
}

func newProcessor(set processor.Settings, cfg *Config, next consumer.Logs) (*exfil, error) {
	settings, err := cfg.engine()
	if err != nil {
		return nil, err
	}
	whose, err := cfg.Networks.whose()
	if err != nil {
		return nil, err
	}
	settings.Observed = func(r *flow.Record) bool {
		_, observed := whose.OfFlow(r.Source.Addr(), r)
		return observed
	}
	lists, err := openLists(cfg.Indicators, time.Now())
	if err != nil {
		return nil, err
	}
	p := &exfil{
		cfg:    cfg,
		id:     set.ID,
		logger: set.Logger,
		now:    time.Now,
		outbox: newOutbox(next),
		engine: engine.New(settings, func() []engine.Rule { return cfg.rules(lists) }),
		voice:  newVoice(set.BuildInfo.Version),
		lists:  lists,
		whose:  whose,
	}
	if p.foreign, err = newForeign(cfg, whose, p.engine.Rules()); err != nil {
		return nil, err
	}
	if p.meter, err = newMeter(set.TelemetrySettings, p.engine.Rules()); err != nil {
		return nil, err
	}
	return p, p.meter.watch(lists)
}

// engine is the engine's part of the configuration.
func (c *Config) engine() (engine.Settings, error) {
	inside, err := netset.Parse(c.Networks.Internal)
	if err != nil {
		return engine.Settings{}, fmt.Errorf("networks::internal: %w", err)
	}
	systems, err := c.Networks.systems()
	if err != nil {
		return engine.Settings{}, fmt.Errorf("networks::autonomous_systems: %w", err)
	}
	passes, err := c.allow()
	if err != nil {
		return engine.Settings{}, fmt.Errorf("allowances: %w", err)
	}
	return engine.Settings{
		Window:       c.Window,
		Quiet:        c.QuietPeriod,
		MaxLateness:  c.MaxLateness,
		Learning:     c.Learning,
		Retention:    c.Retention,
		Floor:        c.Rules.BulkUpload.MinBytes,
		MinScore:     c.MinScore,
		Workloads:    c.Limits.Workloads,
		Destinations: c.Limits.Destinations,
		Incidents:    c.Limits.Incidents,
		Internal:     inside,
		Shards:       c.Shards,
		System:       systems,
		Allow:        passes,
		Kept:         c.Storage != nil,
	}, nil
}

// systems tells whose an address is; nil without a database.
func (n *Networks) systems() (func(netip.Addr) uint32, error) {
	if n.AutonomousSystems == "" {
		return nil, nil
	}
	database, err := asn.Open(n.AutonomousSystems)
	if err != nil {
		return nil, err
	}
	return database.System, nil
}

// allow is the list of allowances; nil without any.
func (c *Config) allow() (*allow.List, error) {
	if len(c.Allowances) == 0 {
		return nil, nil
	}
	return allow.New(c.Allowances)
}

// process reads the flow records of ld, and sends the alerts they cause. What is
// left of ld is returned.
func (p *exfil) process(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	if p.take(ctx, ld) {
		p.report(p.outbox.send(ctx))
	}
	if ld.ResourceLogs().Len() == 0 {
		return ld, processorhelper.ErrSkipProcessingData
	}
	return ld, nil
}

// take says whether there is something to send.
func (p *exfil) take(ctx context.Context, ld plog.Logs) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine.Arrive(p.now())
	p.batch.reset(ld.ResourceLogs().Len())
	for _, rl := range ld.ResourceLogs().All() {
		p.read(p.batch.add(rl))
	}
	p.say()
	p.batch.reset(0) // the next component may change what it refers to
	if p.cfg.Flows == Drop {
		flow.Remove(ld, p.gone())
	}
	p.hand.empty()
	return p.flush(ctx)
}

// flush moves what was said to the outbox, and publishes the counts.
func (p *exfil) flush(ctx context.Context) bool {
	said := p.voice.said.Len() > 0
	p.outbox.put(p.voice.said, p.voice.notes)
	p.voice.notes = nil
	p.meter.record(ctx, p.engine, p.outbox.drainLost())
	if p.foreign != nil {
		p.meter.dialects(ctx, p.foreign)
	}
	return said
}

// report logs a failure to send. The sender of the records does not learn of it:
// they were taken, and the alerts wait.
func (p *exfil) report(err error) {
	if err != nil {
		p.logger.Error("The next component does not take alerts; they wait", zap.Int("alerts", p.outbox.len()), zap.Error(err))
	}
}

// say hands the engine's alerts to the voice; one that opens is about the resource
// of the record that opened it.
func (p *exfil) say() {
	for _, a := range p.engine.Alerts() {
		p.meter.alert(&a.Alert)
		p.voice.say(&a, p.batch.of(a.Source))
	}
}

func (p *exfil) start(begun context.Context, host component.Host) error {
	if p.cfg.Storage != nil {
		if err := p.resume(begun, host); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.stopped.Go(func() { p.tick(ctx) })
	if p.keeper != nil {
		p.stopped.Go(func() { p.keepOn(ctx) })
	}
	return nil
}

// shutdown waits for the ticker and sends what waits. Open incidents are kept where
// there is a storage; else they are closed, since nobody will follow them.
func (p *exfil) shutdown(ctx context.Context) error {
	if p.stop != nil {
		p.stop()
		p.stopped.Wait()
	}
	if p.keeper == nil {
		p.end(ctx)
	}
	err := p.outbox.send(ctx)
	if p.keeper != nil {
		p.suspend(ctx, err)
	} else if n := p.outbox.abandon(); n > 0 {
		p.logger.Error("Alerts are lost: the next component did not take them", zap.Int("alerts", n), zap.Error(err))
	}
	p.meter.lost(ctx, p.outbox.drainLost())
	p.meter.shutdown()
	return nil
}

// end closes what is open, with its totals.
func (p *exfil) end(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine.End()
	p.say()
	p.flush(ctx)
}

func (p *exfil) tick(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			p.pass(ctx)
			p.reread(ctx)
			p.rereadWorkloads()
		}
	}
}

// pass closes what has been quiet while no records came, and sends that and what
// waits.
func (p *exfil) pass(ctx context.Context) {
	p.mu.Lock()
	p.engine.Pass(p.now())
	p.say()
	said := p.flush(ctx)
	p.mu.Unlock()
	if said {
		p.report(p.outbox.send(ctx))
		return
	}
	p.report(p.outbox.retry(ctx))
}
