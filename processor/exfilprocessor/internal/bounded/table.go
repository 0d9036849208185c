// Package bounded holds state that is keyed by what the network says: every
// table has a limit and an expiry, and counts what it turned away.
package bounded

import "unsafe"

const (
	// slabSize is how many entries are allocated at a time. Entries never move,
	// so that a pointer to one stays good while the entry lives.
	slabSize = 256
	// candidates is how many entries compete when one must go: the lightest does,
	// if it is lighter than the mean; else up to maxCandidates compete. A heavy
	// entry outlives any number of light newcomers, as in space-saving (Metwally
	// et al., 2005), at constant cost.
	candidates    = 8
	maxCandidates = 64
	// warmMost is how many keys Warm looks at: as many loads are under way at a time
	// as the processor has buffers for, and some more.
	warmMost = 32
	// sweepPerInsert is how many entries are looked at for each new one, so that
	// a table in use forgets faster than it grows.
	sweepPerInsert = 2
)

// Entry is one key's value. A pointer to it is good until the next Touch or
// Sweep of its table, or for as long as it is pinned.
type Entry[K comparable, V any] struct {
	Key    K
	last   int64
	weight float32
	used   bool
	pinned bool

	Value V
}

// Pin keeps the entry from eviction and expiry until it is let go.
func (e *Entry[K, V]) Pin(keep bool) { e.pinned = keep }

// Last is when the entry was last used, event time in ns.
func (e *Entry[K, V]) Last() int64 { return e.last }

// Weight is what was added up for it.
func (e *Entry[K, V]) Weight() float32 { return e.weight }

// load reads from each of the entry's cache lines.
func (e *Entry[K, V]) load() (sum uint64) {
	const line = 64
	for at := uintptr(0); at < unsafe.Sizeof(*e); at += line {
		sum += uint64(*(*byte)(unsafe.Add(unsafe.Pointer(e), at)))
	}
	return sum
}

// Stats says how full a table is and what it turned away since the last Drain.
type Stats struct {
	Entries int
	Evicted int64 // gave way to another
	Refused int64 // not taken: everything held was pinned
}

// Table maps keys to values, at most limit of them. An entry idle for longer
// than idle nanoseconds of event time is as good as absent. A Table is not safe
// for concurrent use.
type Table[K comparable, V any] struct {
	limit int
	idle  int64

	index index[K]
	slabs [][]Entry[K, V]
	free  []uint32
	made  uint32 // slots allocated so far
	hand  uint32 // where eviction looks next
	broom uint32 // where Sweep looks next

	weight           float64 // of all entries
	evicted, refused int64
}

// New makes a table of at most limit entries.
func New[K comparable, V any](limit int, idle int64) *Table[K, V] {
	return &Table[K, V]{limit: limit, idle: idle, index: newIndex[K]()}
}

// Get finds key's entry, or nil. It neither renews nor expires it.
func (t *Table[K, V]) Get(key K) *Entry[K, V] {
	at, ok := t.find(t.index.hash(key), key)
	if !ok {
		return nil
	}
	return t.slot(at)
}

// Warm brings the entries of keys close, so that finding them one after another does
// not wait for memory each time: the processor overlaps the loads of a tight loop.
// It has no other effect. At most warmMost keys are looked at.
func (t *Table[K, V]) Warm(keys []K) (sum uint64) {
	var hashes, places [warmMost]uint64
	keys = keys[:min(len(keys), warmMost)]
	for i, key := range keys {
		hashes[i] = t.index.hash(key)
	}
	mask := uint64(len(t.index.places) - 1)
	for i := range keys {
		places[i] = t.index.places[hashes[i]&mask]
	}
	for i := range keys {
		if place := places[i]; place != 0 && place>>32 == hashes[i]>>32 {
			sum += t.slot(uint32(place) - 1).load()
		}
	}
	return sum
}

// Touch finds or makes key's entry at time now and adds to its weight. Fresh
// says that the value is a zero one. The entry is nil if there is no room.
func (t *Table[K, V]) Touch(key K, now, weight int64) (entry *Entry[K, V], fresh bool) {
	hash := t.index.hash(key)
	if at, ok := t.find(hash, key); ok {
		e := t.slot(at)
		fresh = t.stale(e, now)
		if fresh {
			t.weight -= float64(e.weight)
			*e = Entry[K, V]{Key: key, used: true}
		}
		t.touch(e, now, weight)
		return e, fresh
	}
	t.Sweep(now, sweepPerInsert)
	at, ok := t.room(now)
	if !ok {
		t.refused++
		return nil, false
	}
	e := t.slot(at)
	*e = Entry[K, V]{Key: key, used: true}
	t.touch(e, now, weight)
	t.insert(hash, at)
	return e, true
}

// Renew is Touch where e, if it is not nil, is still the entry of key; false where
// it is not.
func (t *Table[K, V]) Renew(e *Entry[K, V], key K, now, weight int64) bool {
	if e == nil || !e.used || e.Key != key || t.stale(e, now) {
		return false
	}
	t.touch(e, now, weight)
	return true
}

// Remove forgets key.
func (t *Table[K, V]) Remove(key K) {
	if at, ok := t.find(t.index.hash(key), key); ok {
		t.release(at)
	}
}

// Sweep looks at the next steps entries and forgets the stale ones.
func (t *Table[K, V]) Sweep(now int64, steps int) {
	for range min(steps, int(t.made)) {
		t.broom = (t.broom + 1) % t.made
		if e := t.slot(t.broom); e.used && t.stale(e, now) {
			t.release(t.broom)
		}
	}
}

// Rename gives an entry another key, unless that key has an entry already. The
// entry stays where it is.
func (t *Table[K, V]) Rename(from, to K) bool {
	at, ok := t.find(t.index.hash(from), from)
	if !ok {
		return false
	}
	hash := t.index.hash(to)
	if _, taken := t.find(hash, to); taken {
		return false
	}
	t.drop(at)
	t.slot(at).Key = to
	t.insert(hash, at)
	return true
}

// Scan calls do with the entries that are not stale, in the order of slots, until it
// says false or steps slots were looked at. It begins at the slot from, and returns
// the slot to go on from; false where that is the end.
func (t *Table[K, V]) Scan(from uint32, now int64, steps int, do func(*Entry[K, V]) bool) (next uint32, more bool) {
	for ; from < t.made && steps > 0; steps-- {
		e := t.slot(from)
		from++
		if e.used && !t.stale(e, now) && !do(e) {
			break
		}
	}
	return from, from < t.made
}

// Len is how many entries are held.
func (t *Table[K, V]) Len() int { return t.index.used }

// Drain reports, and starts counting anew.
func (t *Table[K, V]) Drain() Stats {
	s := Stats{Entries: t.Len(), Evicted: t.evicted, Refused: t.refused}
	t.evicted, t.refused = 0, 0
	return s
}

func (t *Table[K, V]) stale(e *Entry[K, V], now int64) bool {
	return !e.pinned && now-e.last > t.idle
}

func (t *Table[K, V]) slot(at uint32) *Entry[K, V] {
	return &t.slabs[at/slabSize][at%slabSize]
}

func (t *Table[K, V]) touch(e *Entry[K, V], now, weight int64) {
	e.last = max(e.last, now)
	before := e.weight
	e.weight += float32(weight)
	t.weight += float64(e.weight) - float64(before)
}
