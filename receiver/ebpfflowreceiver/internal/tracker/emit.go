package tracker

import (
	"context"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// add puts a record into the batch, or lets it wait for its container's name.
func (t *Tracker) add(c *container.Container, cgroup uint64, r *flow.Record) {
	if c != nil && (!c.Settled || t.waiting.holds(c.ContainerID)) && t.waiting.admit(c, cgroup, r, t.Now()) {
		return
	}
	t.put(c, r)
}

func (t *Tracker) put(c *container.Container, r *flow.Record) {
	id := idOf(c)
	if !t.batch.Begun(id) {
		resource := flow.Resource{Host: t.Host, HostID: t.HostID}
		if c != nil {
			resource = c.Resource(t.Host, t.HostID)
		}
		t.batch.Begin(id, &resource, t.Lost.Load())
	}
	t.batch.Add(id, r)
}

// release puts the records of containers that have got their names, or have
// waited long enough, into the batch; all of them at the end.
func (t *Tracker) release(all bool) {
	now := t.Now()
	if !all && !t.waiting.due(now) {
		return
	}
	for _, w := range t.waiting.take(func(w *waiter) bool {
		c, ok := t.Containers.Lookup(w.cgroup)
		if ok {
			w.container = c
		}
		return all || w.container.Settled || now.After(w.deadline)
	}) {
		t.put(w.container, w.record)
	}
	t.Source.SetDeadline(t.waiting.wake())
}

func (t *Tracker) flush(ctx context.Context) {
	records := 0
	if t.batch.Send(func(logs plog.Logs, n int) error {
		records = n
		return t.Emit(ctx, logs, n)
	}) != nil {
		t.refuse(records)
	}
}
