package tracker

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

const (
	// A container's name arrives a few milliseconds after its first packet.
	// Without it the engine would take it for another workload.
	patience    = 500 * time.Millisecond
	askEvery    = 10 * time.Millisecond
	mostWaiting = 8192 // records
)

type waiter struct {
	id        string // of the container, when it came
	cgroup    uint64
	container *container.Container
	record    *flow.Record
	deadline  time.Time
}

// waiting holds records until their container has its name: in order, bounded,
// and not for long.
type waiting struct {
	queue []*waiter
	held  map[string]int // records in the queue, by container
	next  time.Time      // when to ask again
}

// holds says that records of this container wait: later ones must not overtake.
func (w *waiting) holds(containerID string) bool { return w.held[containerID] > 0 }

// admit takes the record; false where there is no room.
func (w *waiting) admit(c *container.Container, cgroup uint64, r *flow.Record, now time.Time) bool {
	if len(w.queue) >= mostWaiting {
		return false
	}
	if len(w.queue) == 0 {
		w.next = time.Time{} // at once
	}
	if w.held == nil {
		w.held = map[string]int{}
	}
	w.held[c.ContainerID]++
	w.queue = append(w.queue, &waiter{c.ContainerID, cgroup, c, r, now.Add(patience)})
	return true
}

// take removes and returns those that are ready, in order. A container's name may
// arrive at any moment: where one of its records stays, those behind it stay too.
func (w *waiting) take(ready func(*waiter) bool) []*waiter {
	var out, kept []*waiter
	held := map[string]int{}
	for _, x := range w.queue {
		if held[x.id] == 0 && ready(x) {
			out = append(out, x)
		} else {
			kept = append(kept, x)
			held[x.id]++
		}
	}
	w.queue, w.held = kept, held
	return out
}

// due says that it is time to ask again, and puts off the next time.
func (w *waiting) due(now time.Time) bool {
	if len(w.queue) == 0 || now.Before(w.next) {
		return false
	}
	w.next = now.Add(askEvery)
	return true
}

// wake is when to ask again: never, as the zero time, when nobody waits.
func (w *waiting) wake() time.Time {
	if len(w.queue) == 0 {
		return time.Time{}
	}
	return w.next
}
