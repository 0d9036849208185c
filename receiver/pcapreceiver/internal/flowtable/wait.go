package flowtable

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// wait begins a head that has its first bytes, or all but those in a gap; false where
// there is no room.
func (t *Table) wait(f *entry, dir int, p piece) bool {
	h := t.heads.get(p.seq - p.gap)
	if h == nil {
		t.Counts.Unread++
		return false
	}
	h.add(p.seq, p.payload)
	h.due()
	f.halves[dir].head = h
	return true
}

// extend adds all of a payload to a head, since a part may fill a hole, and looks at it
// again. What a full head has no room for may begin another.
func (t *Table) extend(f *entry, dir int, p piece) {
	half := &f.halves[dir]
	for h := half.head; h != nil; {
		h.add(p.seq, p.payload)
		if f.follower != nil {
			t.release(f, dir, p)
			return
		}
		if h.due() {
			t.look(f, dir)
		}
		if half.head == h {
			return
		}
		h = half.head
	}
}

func (t *Table) look(f *entry, dir int) {
	h := f.halves[dir].head
	in := t.input(f, dir, h.whole())
	m := l7.Parse(in)
	h.request = m.HTTP.Method != ""
	if !l7.Incomplete(in, &m) || h.full() {
		t.settle(f, dir, h.whole(), &m)
	}
}

// answered is told that the other side has spoken: what it answers is whole, unless it
// says itself that it has not got a piece either, or speaks while a request is on its way.
func (t *Table) answered(f *entry, dir int, by *packet.Packet) {
	h := f.halves[dir].head
	if h == nil {
		return
	}
	has := by.Flags&packet.ACK != 0 && int32(by.Ack-h.start-uint32(h.length())) > 0
	switch {
	case has:
		t.conclude(f, dir)
	case !h.contiguous():
	case f.follower == nil && (h.request || f.asksHTTP(dir)) && h.parses < mostParses+mostLines:
		if h.length() > h.parsed {
			h.parses++
			h.parsed = h.length()
			t.look(f, dir)
		}
	default:
		t.conclude(f, dir)
	}
}

// conclude takes a head for what it is: no more comes.
func (t *Table) conclude(f *entry, dir int) {
	h := f.halves[dir].head
	switch {
	case h == nil:
	case f.follower != nil:
		f.halves[dir].head = nil
		for _, r := range h.runs {
			if f.follower != nil {
				t.follow(f, dir, h.bytes[r.from:r.to], true)
			}
		}
		t.heads.put(h)
	case len(h.runs) == 0:
		f.halves[dir].head = nil
		t.heads.put(h)
	default:
		m := l7.Parse(t.input(f, dir, h.best()))
		t.settle(f, dir, h.best(), &m)
	}
}

// settle learns what a head says, and lets go of it.
func (t *Table) settle(f *entry, dir int, payload []byte, m *l7.Message) {
	h := f.halves[dir].head
	f.halves[dir].head = nil
	t.learn(f, dir, piece{h.start + uint32(h.runs[0].from), payload, 0}, m)
	t.heads.put(h)
}

func (f *entry) asksHTTP(dir int) bool {
	return f.asks == uint8(dir)+1 && f.app != nil && f.app.Known() == "http"
}

// goOn finds the request that follows one without waiting for its answer: in the same
// payload, or in a later one, by the length that the first declares.
func (t *Table) goOn(f *entry, dir int, p piece) {
	if f.ahead > 0 || f.halves[dir].head != nil {
		return // within the content of one before
	}
	at, known := l7.NextRequest(p.payload)
	if !known {
		return
	}
	ahead := at - int64(int32(f.halves[dir].next-p.seq))
	switch {
	case ahead >= 0:
		f.ahead = ahead + 1
	case at < int64(len(p.payload)):
		t.listen(f, dir, piece{p.seq + uint32(at), p.payload[at:], 0})
	default:
		t.wait(f, dir, piece{seq: p.seq + uint32(at)}) // in what a full head had no room for
	}
}

// listenAt reads the next request where it begins, so many bytes behind the first of a
// payload or before it, whatever was waited for.
func (t *Table) listenAt(f *entry, dir int, p piece, at int64) {
	t.conclude(f, dir)
	if h := f.halves[dir].head; h != nil {
		f.halves[dir].head = nil
		t.heads.put(h)
	}
	switch {
	case at < 0:
		p.gap = uint32(-at)
		t.listen(f, dir, p)
	case at < int64(len(p.payload)):
		t.listen(f, dir, piece{p.seq + uint32(at), p.payload[at:], 0})
	}
}

// begins says whether the next request begins in a segment with n new bytes: so many
// bytes after the first of them, or before it in the gap.
func (f *entry) begins(dir int, got segment, n int) (at int64, here bool) {
	if f.ahead == 0 || f.asks != uint8(dir)+1 {
		return 0, false
	}
	at = f.ahead - 1 - int64(got.gap)
	if at < int64(n) {
		f.ahead = 0
		return at, true
	}
	f.ahead -= int64(got.gap) + int64(n)
	return 0, false
}
