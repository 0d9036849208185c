package exfilprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

const (
	// maxWaiting is how many alerts wait for the next component. One more drops
	// the oldest.
	maxWaiting = 1000
	// maxPause is how many retries are left out at most between two.
	maxPause = 64
)

// outbox holds alerts until the next component has taken them. A record that
// comes again after a refused batch finds its incident open, so an alert that is
// refused would otherwise never be said.
type outbox struct {
	next consumer.Logs

	sending sync.Mutex // held while a batch is on its way: alerts stay in order
	pause   int        // retries left out after the last failure
	skipped int        // of those

	mu      sync.Mutex // guards what follows
	waiting plog.ResourceLogsSlice
	lost    int64
}

func newOutbox(next consumer.Logs) *outbox {
	return &outbox{next: next, waiting: plog.NewResourceLogsSlice()}
}

// put takes all of said. Each of its elements is one alert.
func (o *outbox) put(said plog.ResourceLogsSlice) {
	o.mu.Lock()
	defer o.mu.Unlock()
	said.MoveAndAppendTo(o.waiting)
	o.bound()
}

// bound drops the oldest past the limit.
func (o *outbox) bound() {
	excess := o.waiting.Len() - maxWaiting
	if excess <= 0 {
		return
	}
	o.lost += int64(excess)
	o.waiting.RemoveIf(func(plog.ResourceLogs) bool {
		excess--
		return excess >= 0
	})
}

// send passes on what waits. What the next component refuses goes on waiting.
func (o *outbox) send(ctx context.Context) error {
	if o.len() == 0 {
		return nil
	}
	o.sending.Lock()
	defer o.sending.Unlock()
	batch := o.take()
	if batch.Len() == 0 {
		return nil
	}
	ld := plog.NewLogs() // a copy, since who takes it may change it
	batch.CopyTo(ld.ResourceLogs())
	err := o.next.ConsumeLogs(ctx, ld)
	o.skipped = 0
	if err == nil {
		o.pause = 0
		return nil
	}
	o.pause = min(2*o.pause+1, maxPause)
	o.putBack(batch)
	return err
}

// retry sends, unless it is too soon after a failure. It does not wait for a batch
// that is on its way, unless more came since.
func (o *outbox) retry(ctx context.Context) error {
	if o.len() == 0 || o.tooSoon() {
		return nil
	}
	return o.send(ctx)
}

func (o *outbox) tooSoon() bool {
	o.sending.Lock()
	defer o.sending.Unlock()
	if o.skipped >= o.pause {
		return false
	}
	o.skipped++
	return true
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting.Len()
}

func (o *outbox) take() plog.ResourceLogsSlice {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch := plog.NewResourceLogsSlice()
	o.waiting.MoveAndAppendTo(batch)
	return batch
}

// putBack puts batch before what was said since.
func (o *outbox) putBack(batch plog.ResourceLogsSlice) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting.MoveAndAppendTo(batch)
	o.waiting = batch
	o.bound()
}

// drainLost is how many alerts were dropped since the last call.
func (o *outbox) drainLost() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	lost := o.lost
	o.lost = 0
	return lost
}

// abandon drops what waits, and says how many alerts that were.
func (o *outbox) abandon() int {
	n := o.take().Len()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost += int64(n)
	return n
}
