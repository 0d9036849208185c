// Package arena lets a cluster's records run through the real processor, and
// gathers what it says.
package arena

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// Outcome is what came of a run.
type Outcome struct {
	Cluster   *traffic.Cluster
	Incidents []*Incident // in the order in which they opened
	Attacks   map[*traffic.Instance]*Ledger
	Records   int
	Alerts    int
	// Transcript is all that the processor said, in protobuf, one batch after another.
	Transcript []byte
	// Unknown are sections of the configuration that the processor lacks.
	Unknown []string
}

// Run plays the cluster. The processor's own clock must be later than the
// records are.
func Run(ctx context.Context, c *traffic.Cluster, sections ...Section) (*Outcome, error) {
	factory := exfilprocessor.NewFactory()
	cfg, unknown, err := configure(factory, sections)
	if err != nil {
		return nil, err
	}
	events, err := c.Events()
	if err != nil {
		return nil, err
	}
	o := &Outcome{Cluster: c, Unknown: unknown, Attacks: make(map[*traffic.Instance]*Ledger)}
	sink := newSink(o)
	next, err := consumer.NewLogs(sink.take, consumer.WithCapabilities(consumer.Capabilities{}))
	if err != nil {
		return nil, err
	}
	p, err := factory.CreateLogs(ctx, processortest.NewNopSettings(factory.Type()), cfg, next)
	if err != nil {
		return nil, err
	}
	if err := p.Start(ctx, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	err = play(ctx, feed(ctx, events), p, sink)
	if stopped := p.Shutdown(ctx); err == nil {
		err = stopped
	}
	if err == nil {
		err = sink.err
	}
	return o, err
}

// feed makes batches ahead of the processor, on the other core.
func feed(ctx context.Context, events func(func(*traffic.Event) bool)) <-chan *batch {
	ahead := make(chan *batch, 4)
	go func() {
		defer close(ahead)
		b := newBatch()
		send := func() bool {
			select {
			case ahead <- b:
				b = newBatch()
				return true
			case <-ctx.Done():
				return false
			}
		}
		for e := range events {
			if b.full(e.Record.Time) && !send() {
				return
			}
			b.add(e)
		}
		send()
	}()
	return ahead
}

func play(ctx context.Context, batches <-chan *batch, p processor.Logs, sink *sink) error {
	for b := range batches {
		sink.begin(b)
		if err := p.ConsumeLogs(ctx, b.logs); err != nil {
			return fmt.Errorf("the processor refused records: %w", err)
		}
	}
	return ctx.Err()
}
