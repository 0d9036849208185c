package pcapreceiver

import (
	"context"
	"errors"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// meter is the run's counters as of a moment ago, for whoever asks.
type meter struct {
	flows, unobserved, missed atomic.Int64
	frames                    [packet.Verdicts]atomic.Int64
	lost                      [losses]atomic.Int64
}

// The kinds of loss.
const (
	lostDropped = iota
	lostRefused
	lostEvicted
	lostUnread
	losses
)

func newMeter() *meter { return &meter{} }

// publish shows the counters. The caller holds the run's lock.
func (x *run) publish() {
	m, counts := x.receiver.meter, &x.table.Counts
	m.flows.Store(int64(x.table.Open()))
	m.unobserved.Store(counts.Unobserved)
	m.missed.Store(counts.Missed)
	for i := range m.frames {
		m.frames[i].Store(x.decoder.Counts[i])
	}
	for kind, n := range [losses]int64{x.dropped, x.refused, counts.Evicted, counts.Unread} {
		m.lost[kind].Store(n)
	}
}

// observe registers the component's own metrics.
func (r *pcapReceiver) observe() error {
	m := r.meter
	one := func(n *atomic.Int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(n.Load())
			return nil
		}
	}
	return errors.Join(
		r.telemetry.RegisterPcapFlowsCallback(one(&m.flows)),
		r.telemetry.RegisterPcapPacketsUnobservedCallback(one(&m.unobserved)),
		r.telemetry.RegisterPcapTCPMissedCallback(one(&m.missed)),
		r.telemetry.RegisterPcapInputsFailedCallback(one(&r.failed)),
		r.telemetry.RegisterPcapFramesCallback(func(_ context.Context, o metric.Int64Observer) error {
			for i := range m.frames {
				o.Observe(m.frames[i].Load(), metric.WithAttributes(attribute.String("verdict", packet.Verdict(i).String())))
			}
			return nil
		}),
		r.telemetry.RegisterPcapLostCallback(func(_ context.Context, o metric.Int64Observer) error {
			for i, kind := range [losses]string{"dropped", "refused", "evicted", "unread"} {
				o.Observe(m.lost[i].Load(), metric.WithAttributes(attribute.String("kind", kind)))
			}
			return nil
		}),
	)
}
