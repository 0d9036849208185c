package bounded

// room is a free slot: one given back, a new one, or the one that gives way.
func (t *Table[K, V]) room(now int64) (uint32, bool) {
	if len(t.free) == 0 && int(t.made) >= t.limit && !t.evict(now) {
		return 0, false
	}
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free = t.free[:n-1]
		return at, true
	}
	if t.made%slabSize == 0 {
		size := min(slabSize, t.limit-int(t.made))
		t.slabs = append(t.slabs, make([]Entry[K, V], size))
	}
	t.made++
	return t.made - 1, true
}

// evict frees the lightest of the next candidates; among equals, the one idle
// longest. A stale entry goes first and is not counted as evicted.
func (t *Table[K, V]) evict(now int64) bool {
	var victim *Entry[K, V]
	var victimAt uint32
	for looked, found := uint32(0), 0; looked < t.made && found < candidates; looked++ {
		t.hand = (t.hand + 1) % t.made
		e := t.slot(t.hand)
		if e.pinned {
			continue
		}
		if t.stale(e, now) {
			t.release(t.hand)
			return true
		}
		found++
		if victim == nil || e.lighter(victim) {
			victim, victimAt = e, t.hand
		}
	}
	if victim == nil {
		return false
	}
	t.release(victimAt)
	t.evicted++
	return true
}

func (e *Entry[K, V]) lighter(other *Entry[K, V]) bool {
	if e.weight != other.weight {
		return e.weight < other.weight
	}
	return e.last < other.last
}

func (t *Table[K, V]) release(at uint32) {
	e := t.slot(at)
	delete(t.index, e.Key)
	*e = Entry[K, V]{}
	t.free = append(t.free, at)
}
