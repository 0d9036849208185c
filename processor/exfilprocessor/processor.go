package exfilprocessor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/netset"
)

// tickEvery is how often idle incidents are looked at, wall clock.
const tickEvery = time.Second

// exfil is the processor: it decodes records, hands them to the engine and
// sends what the engine says.
type exfil struct {
	cfg    *Config
	next   consumer.Logs
	logger *zap.Logger
	now    func() time.Time

	mu     sync.Mutex // guards what follows
	engine *engine.Engine
	voice  *voice
	meter  *meter
	record flow.Record   // reused from record to record
	source flow.Resource // reused from resource to resource

	stop    context.CancelFunc // of the ticker, once started
	stopped sync.WaitGroup
}

func newProcessor(set processor.Settings, cfg *Config, next consumer.Logs) (*exfil, error) {
	settings, err := cfg.engine()
	if err != nil {
		return nil, err
	}
	rules := cfg.rules()
	p := &exfil{
		cfg:    cfg,
		next:   next,
		logger: set.Logger,
		now:    time.Now,
		engine: engine.New(settings, rules),
		voice:  newVoice(set.BuildInfo.Version),
	}
	p.meter, err = newMeter(set.TelemetrySettings, rules)
	return p, err
}

// engine is the engine's part of the configuration.
func (c *Config) engine() (engine.Settings, error) {
	inside, err := netset.Parse(c.Networks.Internal)
	if err != nil {
		return engine.Settings{}, fmt.Errorf("networks::internal: %w", err)
	}
	containers, err := netset.Parse(c.Networks.Containers)
	if err != nil {
		return engine.Settings{}, fmt.Errorf("networks::containers: %w", err)
	}
	return engine.Settings{
		Window:       c.Window,
		Quiet:        c.QuietPeriod,
		MaxLateness:  c.MaxLateness,
		Workloads:    c.Limits.Workloads,
		Destinations: c.Limits.Destinations,
		Incidents:    c.Limits.Incidents,
		Internal:     inside,
		Containers:   containers,
	}, nil
}

// process reads the flow records of ld, and adds the alerts they cause at its
// end.
func (p *exfil) process(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine.Arrive(p.now())
	ld.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool {
		p.read(rl)
		return rl.ScopeLogs().Len() == 0
	})
	p.voice.flush(ld)
	p.meter.record(ctx, p.engine)
	if ld.ResourceLogs().Len() == 0 {
		return ld, processorhelper.ErrSkipProcessingData
	}
	return ld, nil
}

// read takes the flow records out of rl, unless they are kept.
func (p *exfil) read(rl plog.ResourceLogs) {
	p.source.Decode(rl.Resource())
	src := engine.NewSource(&p.source)
	rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool {
		sl.LogRecords().RemoveIf(func(lr plog.LogRecord) bool {
			if !flow.Is(lr) {
				return false
			}
			p.observe(&src, rl, lr)
			return p.cfg.Flows == Drop
		})
		return sl.LogRecords().Len() == 0
	})
}

func (p *exfil) observe(src *engine.Source, rl plog.ResourceLogs, lr plog.LogRecord) {
	if err := p.record.Decode(lr); err != nil {
		p.engine.Reject()
		return
	}
	p.engine.Observe(src, &p.record)
	p.say(rl)
}

// say hands the engine's alerts to the voice; those that open are about rl.
func (p *exfil) say(rl plog.ResourceLogs) {
	for _, a := range p.engine.Alerts() {
		p.meter.alert(&a)
		p.voice.say(&a, rl)
	}
}

func (p *exfil) start(context.Context, component.Host) error {
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.stopped.Go(func() { p.tick(ctx) })
	return nil
}

// shutdown waits for the ticker. Open incidents are not closed: they are not
// over.
func (p *exfil) shutdown(context.Context) error {
	if p.stop != nil {
		p.stop()
		p.stopped.Wait()
	}
	p.meter.shutdown()
	return nil
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
		}
	}
}

// pass closes what has been quiet while no records came, and sends that.
func (p *exfil) pass(ctx context.Context) {
	ld := plog.NewLogs()
	p.mu.Lock()
	p.engine.Pass(p.now())
	p.say(plog.NewResourceLogs())
	p.voice.flush(ld)
	p.meter.record(ctx, p.engine)
	p.mu.Unlock()
	if ld.ResourceLogs().Len() == 0 {
		return
	}
	if err := p.next.ConsumeLogs(ctx, ld); err != nil {
		p.logger.Error("Alerts of closed incidents were not taken", zap.Int("alerts", ld.LogRecordCount()), zap.Error(err))
	}
}
