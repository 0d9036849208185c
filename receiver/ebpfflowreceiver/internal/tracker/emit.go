package tracker

import (
	"context"

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
	resource := flow.Resource{Host: t.Host, HostID: t.HostID}
	if c != nil {
		resource = c.Resource(t.Host, t.HostID)
	}
	if !t.batch.begun(resource.ContainerID) {
		r.Lost = t.told.news(resource.ContainerID, t.Lost.Load())
	}
	t.batch.add(&resource, r)
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
	if logs, n := t.batch.take(); n > 0 {
		t.Emit(ctx, logs, n)
	}
}

// mostContainers bounds told; past it every container is told anew.
const mostContainers = 65536

// told is the loss that each container's records have carried so far. Whose the
// lost records were cannot be known, so that every container hears of all.
type told map[string]int64

// news is the loss that the container has not been told of.
func (t *told) news(containerID string, total int64) int64 {
	if *t == nil || len(*t) >= mostContainers {
		*t = told{}
	}
	unheard := total - (*t)[containerID]
	(*t)[containerID] = total
	return unheard
}
