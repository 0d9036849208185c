package exfilprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/keep"
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
	next   consumer.Logs
	keeper *keeper // nil without a storage

	sending sync.Mutex // held while a batch is on its way: alerts stay in order
	pause   int        // retries left out after the last failure
	skipped int        // of those

	mu      sync.Mutex // guards what follows
	waiting plog.ResourceLogsSlice
	notes   []keep.Note // one for each of them, with a storage
	closed  []keep.Note // of dropped alerts that closed an incident
	lost    int64
}

func newOutbox(next consumer.Logs) *outbox {
	return &outbox{next: next, waiting: plog.NewResourceLogsSlice()}
}

// put takes all of said, each of whose elements is one alert, and the notes to be
// kept of them before they are sent.
func (o *outbox) put(said plog.ResourceLogsSlice, notes []keep.Note) {
	o.mu.Lock()
	defer o.mu.Unlock()
	said.MoveAndAppendTo(o.waiting)
	o.notes = append(o.notes, notes...)
	o.bound()
}

// bound drops the oldest past the limit.
func (o *outbox) bound() {
	excess := o.waiting.Len() - maxWaiting
	if excess <= 0 {
		return
	}
	o.lost += int64(excess)
	for len(o.notes) > 0 && len(o.notes) > maxWaiting {
		if o.notes[0].Status == alert.Closed {
			o.closed = append(o.closed, o.notes[0])
		}
		o.notes = o.notes[1:]
	}
	o.waiting.RemoveIf(func(plog.ResourceLogs) bool {
		excess--
		return excess >= 0
	})
}

// send keeps what waits and passes it on, in this order, so that no alert is known
// elsewhere whose incident is forgotten. What the next component refuses goes on
// waiting.
func (o *outbox) send(ctx context.Context) error {
	if o.len() == 0 {
		return nil
	}
	o.sending.Lock()
	defer o.sending.Unlock()
	batch, notes := o.take()
	if batch.Len() == 0 {
		return nil
	}
	o.keeper.save(ctx, notes, o.drainClosed())
	ld := plog.NewLogs() // a copy, since who takes it may change it
	batch.CopyTo(ld.ResourceLogs())
	err := o.next.ConsumeLogs(ctx, ld)
	o.skipped = 0
	if err == nil {
		o.pause = 0
		o.keeper.told(ctx, notes)
		return nil
	}
	o.pause = min(2*o.pause+1, maxPause)
	o.putBack(batch, notes)
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

func (o *outbox) take() (plog.ResourceLogsSlice, []keep.Note) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, notes := plog.NewResourceLogsSlice(), o.notes
	o.waiting.MoveAndAppendTo(batch)
	o.notes = nil
	return batch, notes
}

// putBack puts batch before what was said since.
func (o *outbox) putBack(batch plog.ResourceLogsSlice, notes []keep.Note) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting.MoveAndAppendTo(batch)
	o.waiting = batch
	o.notes = append(notes, o.notes...)
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

func (o *outbox) drainClosed() []keep.Note {
	o.mu.Lock()
	defer o.mu.Unlock()
	closed := o.closed
	o.closed = nil
	return closed
}

// abandon drops what waits, and says how many alerts that were.
func (o *outbox) abandon() int {
	batch, _ := o.take()
	n := batch.Len()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost += int64(n)
	return n
}
