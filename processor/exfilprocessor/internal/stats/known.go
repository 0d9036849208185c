package stats

const (
	// knownMost is how many things are remembered.
	knownMost = 32
	// always is when what is customary from the beginning was first seen.
	always = 1
	// becomesCustomary is how long a thing is seen, in seconds, until those that come
	// later no longer take its place.
	becomesCustomary = 3 * 86_400
	// forgotten is how long it is then not seen until they do.
	forgotten = 30 * 86_400
)

// Known remembers since when each of a few things has been seen, by hash. Where there
// is no room, the one idle longest gives way, but not one that is customary: however
// many new things somebody makes up, what belongs there stays known.
type Known struct {
	seen [knownMost]sighting
}

// sighting is of a thing, in seconds since the epoch. First is 0 where there is none.
type sighting struct{ hash, first, last uint32 }

func (s *sighting) customary() bool {
	return s.first == always || s.last-s.first >= becomesCustomary
}

// See notes a thing at a time in seconds since the epoch, and returns when it was
// first seen: just after the epoch if it was customary then. It is false where
// there is no room for it: then nothing is known of it. Place is where it was last
// time, which saves the search, and then where it is.
func (k *Known) See(hash, at uint32, customary bool, place *uint8) (first uint32, ok bool) {
	at = max(at, always)
	s := &k.seen[*place%knownMost]
	if s.first == 0 || s.hash != hash {
		if s = k.find(hash, at, place); s == nil {
			return at, false
		}
	}
	if s.first == 0 || s.hash != hash {
		*s = sighting{hash: hash, first: at, last: at}
		if customary {
			s.first = always
		}
	}
	s.last = max(s.last, at)
	return s.first, true
}

// find returns where the thing is, or may be put; nil where there is no room.
func (k *Known) find(hash, at uint32, place *uint8) *sighting {
	var free *sighting
	for i := range k.seen {
		s := &k.seen[i]
		if s.first != 0 && s.hash == hash {
			*place = uint8(i)
			return s
		}
		if s.yields(at) && (free == nil || s.last < free.last) {
			free, *place = s, uint8(i)
		}
	}
	return free
}

// yields says that something new may take the place.
func (s *sighting) yields(at uint32) bool {
	return s.first == 0 || !s.customary() || int64(at)-int64(s.last) >= forgotten
}
