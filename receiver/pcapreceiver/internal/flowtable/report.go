package flowtable

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Advance moves the clock on: a packet's time, or of a live capture the wall's.
func (t *Table) Advance(now int64) {
	if now <= t.now {
		t.late(now)
		return
	}
	t.now, t.behind = now, 0
	t.expire()
	if now < t.nextSweep {
		return
	}
	if t.nextSweep != 0 {
		t.sweep()
	}
	t.nextSweep = now + int64(t.Interval)
}

// late notices a clock that was set back: what comes has moved on by an interval, and
// nothing of it has reached the latest time.
func (t *Table) late(now int64) {
	switch {
	case now == t.now:
	case t.behind == 0 || now < t.behind:
		t.behind = now
	case now-t.behind >= int64(t.Interval):
		t.setBack(now)
	}
}

// setBack goes on from an earlier time.
func (t *Table) setBack(now int64) {
	t.now, t.behind, t.nextSweep = now, 0, now+int64(t.Interval)
	for _, q := range []*queue{&t.closed, &t.brief, &t.lasting} {
		for f := q.oldest(); f != nil; f = f.younger {
			f.start, f.last, f.placed = min(f.start, now), min(f.last, now), min(f.placed, now)
		}
	}
}

// sweep reports what has moved since the last one.
func (t *Table) sweep() {
	for i, f := range t.moved {
		f.moved = false
		t.report(f, flow.EndActiveTimeout)
		t.moved[i] = nil
	}
	t.moved = t.moved[:0]
}

// Finish ends every flow: the input is over.
func (t *Table) Finish() {
	for _, q := range []*queue{&t.closed, &t.brief, &t.lasting} {
		why := flow.EndForced
		if q == &t.closed {
			why = flow.EndOfFlow
		}
		for f := q.oldest(); f != nil; f = q.oldest() {
			t.remove(f, why)
		}
	}
}

// remove reports a flow for the last time and forgets it.
func (t *Table) remove(f *entry, why flow.EndReason) {
	t.conclude(f, 0)
	t.conclude(f, 1)
	if f.pending() || why == flow.EndOfFlow || !f.told {
		t.report(f, why)
	}
	for i := range f.halves {
		t.Counts.Missed += int64(f.halves[i].holes)
	}
	t.unfollow(f)
	f.leave()
	delete(t.flows, f.key)
	*f = entry{moved: f.moved}
	t.free = append(t.free, f)
}

// pending says that something has not been reported.
func (f *entry) pending() bool { return f.halves[0].packets+f.halves[1].packets > 0 }

// report tells each observed end what the flow has moved since the last report.
func (t *Table) report(f *entry, why flow.EndReason) {
	if !f.pending() && why == flow.EndActiveTimeout {
		return
	}
	r := &t.record
	commands := r.FTPCommands[:0]
	*r = flow.Record{
		Time:        f.last,
		Start:       f.start,
		End:         f.last,
		Source:      f.localEnd().addrPort(),
		Destination: f.remoteEnd().addrPort(),
		Transport:   flow.Transport(f.key.protocol),
		EndReason:   why,
		FTPCommands: commands,
	}
	sent, heard := &f.halves[f.local], &f.halves[1-f.local]
	r.Bytes, r.Packets = sent.bytes, sent.packets
	r.ReverseBytes, r.ReversePackets = heard.bytes, heard.packets
	switch f.initiator {
	case f.local:
		r.Initiator = flow.InitiatorSource
	case 1 - f.local:
		r.Initiator = flow.InitiatorDestination
	}
	if f.app != nil {
		f.app.Describe(r)
	}
	t.ask(f)
	if r.Server == "" {
		r.Server = t.names.Lookup(r.Source.Addr(), r.Destination.Addr(), uint64(f.last))
	}
	sent.bytes, sent.packets, heard.bytes, heard.packets = 0, 0, 0, 0
	f.told, f.sampled = true, false
	t.tell(f, r)
}

// ask looks again whose the ends are of which nobody was known: a mapping may come after a
// connection. Whose they were when it began decides, else whose they have become; what it
// sends when its container is gone is still that one's.
func (t *Table) ask(f *entry) {
	for i := range f.observed {
		for _, at := range []int64{f.start, f.last} {
			if f.observed[i] && f.workloads[i] == nil {
				f.workloads[i], _ = t.Lookup(f.key.ends[i].address(), at)
			}
		}
	}
}

// tell emits a record for each end that is observed.
func (t *Table) tell(f *entry, r *flow.Record) {
	t.Emit(Owner{f.workloads[f.local], r.Source.Addr()}, r)
	if f.observed[0] && f.observed[1] {
		r.Turn()
		r.DNS = flow.DNS{} // a question is the other's who asked
		t.Emit(Owner{f.workloads[1-f.local], r.Source.Addr()}, r)
	}
}

// owner is what the flow's local end is told apart by.
func (f *entry) owner() netip.Addr { return f.localEnd().address() }
