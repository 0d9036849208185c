package indicator

// table maps keys to notes: open addressing, at most two thirds full, without
// pointers.
type table[K comparable] struct {
	cells []cell[K]
	used  int
	hash  func(K) uint64
}

type cell[K comparable] struct {
	key  K
	note uint32 // 0: the cell is free
}

func newTable[K comparable](hash func(K) uint64) table[K] {
	return table[K]{cells: make([]cell[K], 8), hash: hash}
}

// find gives the key's cell, or the free one where it would be. At least one cell
// is free, so that it ends.
func (t *table[K]) find(hash uint64, key K) *cell[K] {
	for at := spread(hash, len(t.cells)); ; at++ {
		if at == len(t.cells) {
			at = 0
		}
		if c := &t.cells[at]; c.note == 0 || c.key == key {
			return c
		}
	}
}

// set maps key to a note, which is not 0.
func (t *table[K]) set(key K, note uint32) {
	if t.used >= len(t.cells)*2/3 {
		t.resize(2 * len(t.cells))
	}
	c := t.find(t.hash(key), key)
	if c.note == 0 {
		t.used++
	}
	*c = cell[K]{key, note}
}

// fit gives back the room for growth.
func (t *table[K]) fit() { t.resize(t.used + t.used/2 + 1) }

func (t *table[K]) resize(n int) {
	old := t.cells
	t.cells = make([]cell[K], n)
	for _, c := range old {
		if c.note != 0 {
			*t.find(t.hash(c.key), c.key) = c
		}
	}
}
