package exfilprocessor

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
)

// meter publishes the engine's counts, a batch at a time.
type meter struct {
	builder *metadata.TelemetryBuilder
	rules   []metric.AddOption // in the engine's order
	reasons []metric.AddOption // by engine.Reason
	tables  []table
	joined  table // the dialects' sessions
}

// table is one kind of state.
type table struct {
	attributes metric.MeasurementOption
	stats      func(*engine.State) bounded.Stats
	entries    *atomic.Int64 // read when metrics are collected
}

func newMeter(set component.TelemetrySettings, rules []engine.Rule) (*meter, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	m := &meter{builder: builder, tables: []table{
		newTable("workloads", func(s *engine.State) bounded.Stats { return s.Workloads }),
		newTable("destinations", func(s *engine.State) bounded.Stats { return s.Destinations }),
		newTable("incidents", func(s *engine.State) bounded.Stats { return s.Incidents }),
		newTable("suspects", func(s *engine.State) bounded.Stats { return s.Suspects }),
		newTable("transfers", func(s *engine.State) bounded.Stats { return s.Transfers }),
		newTable("aliases", func(s *engine.State) bounded.Stats { return s.Aliases }),
		newTable("rules", func(s *engine.State) bounded.Stats { return s.Rules }),
	}}
	for _, rule := range rules {
		m.rules = append(m.rules, with("rule", rule.Describe().Name))
	}
	for _, reason := range engine.Reasons() {
		m.reasons = append(m.reasons, with("reason", reason.String()))
	}
	m.joined = newTable("sessions", nil)
	return m, builder.RegisterExfilStateEntriesCallback(m.observe)
}

func newTable(name string, stats func(*engine.State) bounded.Stats) table {
	return table{attributes: with("table", name), stats: stats, entries: new(atomic.Int64)}
}

func with(key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String(key, value)))
}

func (m *meter) observe(_ context.Context, o metric.Int64Observer) error {
	for _, t := range m.tables {
		o.Observe(t.entries.Load(), t.attributes)
	}
	o.Observe(m.joined.entries.Load(), m.joined.attributes)
	return nil
}

// record publishes what the engine counted since the last time, and the alerts
// lost.
func (m *meter) record(ctx context.Context, e *engine.Engine, lost int64) {
	m.lost(ctx, lost)
	e.Drain(func(c *engine.Counts) {
		add(ctx, m.builder.ExfilRecordsRead, c.Read)
		add(ctx, m.builder.ExfilRecordsLate, c.Late)
		add(ctx, m.builder.ExfilAttributesIgnored, c.Ignored)
		add(ctx, m.builder.ExfilObserverLost, c.Lost)
		for i, n := range c.Findings {
			add(ctx, m.builder.ExfilFindings, n, m.rules[i])
		}
		for i, a := range c.Allowed {
			if a.Records > 0 {
				which := metric.WithAttributeSet(attribute.NewSet(attribute.Int("allowance", i)))
				add(ctx, m.builder.ExfilAllowedRecords, a.Records, which)
				add(ctx, m.builder.ExfilAllowedBytes, a.Bytes, which)
			}
		}
		for i, n := range c.Rejected {
			add(ctx, m.builder.ExfilRecordsRejected, n, m.reasons[i])
		}
	})
	state := e.DrainState()
	for _, t := range m.tables {
		s := t.stats(&state)
		t.entries.Store(int64(s.Entries))
		add(ctx, m.builder.ExfilStateEvicted, s.Evicted, t.attributes)
		add(ctx, m.builder.ExfilStateRefused, s.Refused, t.attributes)
	}
}

// dialects publishes whose logs were read, and what rules cannot be fed from them.
func (m *meter) dialects(ctx context.Context, f *foreign) {
	held, evicted := f.reader.Stats()
	m.joined.entries.Store(int64(held))
	add(ctx, m.builder.ExfilStateEvicted, evicted, m.joined.attributes)
	for i := range f.products {
		of := &f.products[i]
		add(ctx, m.builder.ExfilDialectRecords, of.records, with("dialect", of.name))
		of.records = 0
		if !of.greeted {
			of.greeted = true
			m.blind(ctx, of.name, f.rules)
		}
	}
}

func (m *meter) blind(ctx context.Context, product string, rules []*alert.Rule) {
	for _, rule := range rules {
		lacks := dialect.Gives(product).Lacks(rule.Needs)
		if lacks == 0 {
			continue
		}
		m.builder.ExfilRulesBlind.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(
			attribute.String("dialect", product),
			attribute.String("fields", lacks.String()),
			attribute.String("rule", rule.Name),
		)))
	}
}

func add(ctx context.Context, counter metric.Int64Counter, n int64, options ...metric.AddOption) {
	if n > 0 {
		counter.Add(ctx, n, options...)
	}
}

func (m *meter) alert(a *alert.Alert) {
	m.builder.ExfilAlerts.Add(context.Background(), 1, metric.WithAttributeSet(attribute.NewSet(
		attribute.String("rule", a.Evidence[0].Rule.Name),
		attribute.String("status", string(a.Status)),
	)))
}

func (m *meter) lost(ctx context.Context, alerts int64) {
	add(ctx, m.builder.ExfilAlertsLost, alerts)
}

// unsaved counts a failure of the storage, aside a value that cannot be read.
func (m *meter) unsaved(ctx context.Context) { m.builder.ExfilStateSaveFailures.Add(ctx, 1) }
func (m *meter) aside(ctx context.Context)   { m.builder.ExfilStateSetAside.Add(ctx, 1) }

func (m *meter) shutdown() { m.builder.Shutdown() }
