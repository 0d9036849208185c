package stats

// knownMost is how many things are remembered; the one idle longest gives way.
const knownMost = 16

// Known remembers since when each of a few things has been seen, by hash.
type Known struct {
	seen [knownMost]sighting
}

type sighting struct{ hash, first, last uint32 }

// See notes a thing at a time in seconds since the epoch, and returns when it was
// first seen.
func (k *Known) See(hash, at uint32) (first uint32) {
	oldest := 0
	for i := range k.seen {
		s := &k.seen[i]
		if s.hash == hash && s.first != 0 {
			s.last = max(s.last, at)
			return s.first
		}
		if s.last < k.seen[oldest].last {
			oldest = i
		}
	}
	k.seen[oldest] = sighting{hash: hash, first: max(at, 1), last: at}
	return at
}
