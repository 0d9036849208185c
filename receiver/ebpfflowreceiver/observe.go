package ebpfflowreceiver

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// observe shows the tracker's counters as the component's own metrics.
func (r *flowReceiver) observe() error {
	t := r.tracker
	return errors.Join(
		r.telemetry.RegisterEbpfFlowEventsCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(t.Events.Load())
			return nil
		}),
		r.telemetry.RegisterEbpfFlowFlowsCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(t.Tracked.Load())
			return nil
		}),
		r.telemetry.RegisterEbpfFlowFlowsEvictedCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(t.Evicted.Load())
			return nil
		}),
		r.telemetry.RegisterEbpfFlowLostCallback(func(_ context.Context, o metric.Int64Observer) error {
			var kernel event.Losses
			if known := t.Kernel.Load(); known != nil {
				kernel = *known
			}
			observeLosses(o, kernel, t.Refused.Load(), t.Unresolved.Load())
			return nil
		}),
	)
}

func observeLosses(o metric.Int64Observer, l event.Losses, refused, unresolved int64) {
	for _, loss := range []struct {
		kind  string
		count int64
	}{
		{"flows", int64(l.Flows)},
		{"bytes", int64(l.Bytes)},
		{"samples", int64(l.Samples)},
		{"events", int64(l.Events)},
		{"sockets", int64(l.Sockets)},
		{"peers", int64(l.Peers)},
		{"refused", refused},
		{"unresolved", unresolved},
	} {
		o.Observe(loss.count, metric.WithAttributes(attribute.String("kind", loss.kind)))
	}
}
