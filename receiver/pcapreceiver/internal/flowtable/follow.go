package flowtable

// mostFollowers bounds the connections whose whole stream is read.
const mostFollowers = 4096

// followNext gives a follower its stream in order: what has overtaken something waits, as
// long as there is room.
func (t *Table) followNext(f *entry, dir int, p piece, cut bool) {
	if p.gap > 0 && p.gap < mostHead && !cut && t.wait(f, dir, p) {
		t.release(f, dir, p)
		return
	}
	t.follow(f, dir, p.payload, p.gap > 0 || cut)
}

// release hands over what has come of a stream without a hole. Where a payload finds no
// room behind one, the hole will not be filled.
func (t *Table) release(f *entry, dir int, p piece) {
	h := f.halves[dir].head
	for h.length() > 0 {
		t.follow(f, dir, h.whole(), false)
		h.forget(h.length())
		if f.follower == nil {
			break
		}
		h.add(p.seq, p.payload)
	}
	switch over := int32(p.seq + uint32(len(p.payload)) - h.start); {
	case f.follower == nil || len(h.runs) == 0:
		f.halves[dir].head = nil
		t.heads.put(h)
	case over > mostHead:
		t.conclude(f, dir)
		if fits := max(0, len(p.payload)-int(over-mostHead)); f.follower != nil {
			t.follow(f, dir, p.payload[fits:], fits == 0)
		}
	}
}

// follow gives a payload to what reads the whole stream.
func (t *Table) follow(f *entry, dir int, payload []byte, gap bool) {
	m, told := f.follower.Follow(t.input(f, dir, payload), gap)
	if told {
		t.note(f, dir, &m)
	}
	if f.follower != nil && f.follower.Done() {
		t.unfollow(f)
		f.speaker = 0 // what comes next is looked at
	}
}

func (t *Table) unfollow(f *entry) {
	if f.follower != nil {
		f.follower = nil
		t.followers--
	}
}
