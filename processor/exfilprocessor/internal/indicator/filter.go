package indicator

// filter says of most strangers, with one look at memory, that no file lists
// them: a Bloom filter whose bits for one hash lie in one word (Putze, Sanders and
// Singler 2007), two bytes an entry. It lets about one stranger in 200 through.
type filter []uint64

func newFilter(entries int) filter { return make(filter, entries/4+1) }

func (f filter) add(hash uint64) { f[spread(hash, len(f))] |= pattern64(hash) }

func (f filter) has(hash uint64) bool {
	pattern := pattern64(hash)
	return f[spread(hash, len(f))]&pattern == pattern
}

// pattern64 has up to four bits set.
func pattern64(hash uint64) uint64 {
	return 1<<(hash&63) | 1<<(hash>>6&63) | 1<<(hash>>12&63) | 1<<(hash>>18&63)
}
