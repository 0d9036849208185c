package flowtable

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// queue is flows in the order in which they were last heard, to within slack.
type queue struct {
	front, back *entry // youngest, oldest
}

func (q *queue) oldest() *entry { return q.back }

// take moves a flow to the front, out of whatever queue it is in.
func (q *queue) take(f *entry) {
	if q.front == f {
		return
	}
	f.leave()
	f.queue = q
	f.older = q.front
	if q.front != nil {
		q.front.younger = f
	}
	q.front = f
	if q.back == nil {
		q.back = f
	}
}

func (f *entry) leave() {
	q := f.queue
	if q == nil {
		return
	}
	if f.younger != nil {
		f.younger.older = f.older
	} else {
		q.front = f.older
	}
	if f.older != nil {
		f.older.younger = f.younger
	} else {
		q.back = f.younger
	}
	f.queue, f.younger, f.older = nil, nil, nil
}

// slack saves a busy flow from being moved at each of its packets: only once its
// place is that old.
const slack = int64(100 * time.Millisecond)

// touch keeps a flow in its place by when it was last heard.
func (t *Table) touch(f *entry, p *packet.Packet) {
	q := &t.brief
	if p.Protocol == packet.TCP {
		if f.queue == &t.closed {
			return
		}
		if p.Length > 0 || f.queue == &t.lasting {
			q = &t.lasting
		}
	}
	if f.queue != q || f.last-f.placed >= slack {
		f.placed = f.last
		q.take(f)
	}
}

// linger is how long a connection that has ended is kept for what was overtaken by
// its end.
const linger = time.Second

// expire ends what has been silent.
func (t *Table) expire() {
	t.expireFrom(&t.closed, linger, flow.EndOfFlow)
	t.expireFrom(&t.brief, t.Idle, flow.EndIdleTimeout)
	t.expireFrom(&t.lasting, t.TCPIdle, flow.EndIdleTimeout)
}

func (t *Table) expireFrom(q *queue, after time.Duration, why flow.EndReason) {
	for f := q.oldest(); f != nil && t.now-f.placed >= int64(after)+slack; f = q.oldest() {
		if silent := t.now - f.last; silent < int64(after) && q != &t.closed {
			f.placed = f.last
			q.take(f)
			continue
		}
		t.remove(f, why)
	}
}
