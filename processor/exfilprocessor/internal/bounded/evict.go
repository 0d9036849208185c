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

// evict frees the lightest of some candidates; among equals, the one idle
// longest. A stale entry goes first and is not counted as evicted.
func (t *Table[K, V]) evict(now int64) bool {
	victim, ok := t.choose(now)
	if !ok {
		return false
	}
	if !t.stale(t.slot(victim), now) {
		t.evicted++
	}
	t.release(victim)
	return true
}

// choose looks at scattered entries, and at more of them as long as it has seen
// only ones at or above the mean weight. It looks at all if all it saw were
// pinned.
func (t *Table[K, V]) choose(now int64) (victim uint32, ok bool) {
	mean := t.weight / float64(t.Len())
	for looked := uint32(0); looked < t.made; looked++ {
		t.hand = t.next(looked)
		e := t.slot(t.hand)
		switch {
		case e.pinned:
		case t.stale(e, now):
			return t.hand, true
		case !ok || e.lighter(t.slot(victim)):
			victim, ok = t.hand, true
		}
		light := ok && float64(t.slot(victim).weight) < mean
		if looked >= candidates && light || looked >= maxCandidates && ok {
			break
		}
	}
	return victim, ok
}

// next scatters the first looks by the golden ratio, so that heavy entries that
// were made together do not meet each other only; then it goes one by one.
func (t *Table[K, V]) next(looked uint32) uint32 {
	if looked <= maxCandidates {
		return uint32((uint64(t.hand) + 0x9E3779B1) % uint64(t.made))
	}
	return (t.hand + 1) % t.made
}

func (e *Entry[K, V]) lighter(other *Entry[K, V]) bool {
	if e.weight != other.weight {
		return e.weight < other.weight
	}
	return e.last < other.last
}

func (t *Table[K, V]) release(at uint32) {
	e := t.slot(at)
	t.weight -= float64(e.weight)
	t.drop(at)
	*e = Entry[K, V]{}
	t.free = append(t.free, at)
}
