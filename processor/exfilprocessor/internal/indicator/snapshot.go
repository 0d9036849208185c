package indicator

import (
	"hash/maphash"
	"net/netip"
)

// snapshot is what all files hold at one time. It does not change.
type snapshot struct {
	indexes []*index // in the files' order
	filter  filter   // of every address and name, not of networks
	most    int      // labels of the longest name
	near    near
	nets6   bool // whether any file lists IPv6 networks
	entries int
}

func newSnapshot(indexes []*index) *snapshot {
	s := &snapshot{indexes: indexes}
	for _, x := range indexes {
		s.entries += x.tally.entries
	}
	s.filter = newFilter(s.entries)
	s.near = newNear(indexes)
	for _, x := range indexes {
		s.most = max(s.most, x.names.most)
		s.nets6 = s.nets6 || len(x.networks.spans6) > 0
		addTable(s.filter, &x.exact4)
		addTable(s.filter, &x.exact6)
		for _, c := range x.names.cells {
			if c.note != 0 {
				s.filter.add(maphash.String(seed, c.text(x.notes.texts)))
			}
		}
	}
	return s
}

func addTable[K comparable](f filter, t *table[K]) {
	for _, c := range t.cells {
		if c.note != 0 {
			f.add(t.hash(c.key))
		}
	}
}

func (s *snapshot) address(addr netip.Addr, at int64) (best hit, found bool) {
	q := newAddressQuery(addr)
	if s.filter.has(q.hash) {
		for _, x := range s.indexes {
			if h, ok := x.exact(&q, at); ok {
				return h, true
			}
		}
	}
	if q.six && !s.nets6 || !q.six && !s.near.has(q.key.four()) {
		return hit{}, false
	}
	for _, x := range s.indexes {
		if h, ok := x.around(&q, at); ok && (!found || h.length > best.length) {
			best, found = h, true
		}
	}
	return best, found
}

func (s *snapshot) domain(q *query, at int64) (hit, bool) {
	// A name of one label is never listed.
	for rest, labels := q.ending(s.most); labels > 1; labels-- {
		hash := maphash.Bytes(seed, rest)
		if s.filter.has(hash) {
			for _, x := range s.indexes {
				if h, ok := x.domain(hash, rest, at); ok {
					return h, true
				}
			}
		}
		rest = cutLabel(rest)
	}
	return hit{}, false
}
