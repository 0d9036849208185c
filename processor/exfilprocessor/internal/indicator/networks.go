package indicator

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// listed is a network as a key.
type listed struct {
	first  key
	length uint8
	six    bool
}

func hashListed(l listed) uint64 { return maphash.Comparable(seed, l) }

// outermost orders networks by their first addresses, IPv4 before IPv6, and one
// before those within it.
func outermost(a, b listed) int {
	switch {
	case a.six != b.six && b.six:
		return -1
	case a.six != b.six:
		return 1
	case a.first.less(b.first):
		return -1
	case b.first.less(a.first):
		return 1
	default:
		return cmp.Compare(a.length, b.length)
	}
}

// networks finds the narrowest network around an address. Networks may lie within
// each other: the address space is cut where the narrowest one changes.
type networks struct {
	list   []network // from 1
	spans4 spans4
	spans6 []span[key]
}

type network struct {
	note   uint32
	wider  uint32 // the narrowest network around this one; 0: none
	length uint8
}

func newNetworks(entries *table[listed]) networks {
	sorted := make([]listed, 0, entries.used)
	for _, c := range entries.cells {
		if c.note != 0 {
			sorted = append(sorted, c.key)
		}
	}
	slices.SortFunc(sorted, outermost)
	n := networks{list: make([]network, 1, len(sorted)+1)}
	walk := cutter{out: &n}
	for i, l := range sorted {
		if i > 0 && l.six != sorted[i-1].six {
			walk.closeAll()
		}
		walk.closeBefore(l)
		n.list = append(n.list, network{
			note:   entries.find(hashListed(l), l).note,
			wider:  walk.innermost(),
			length: l.length,
		})
		at := uint32(i + 1)
		walk.six = l.six
		walk.emit(l.first, at)
		walk.open = append(walk.open, open{at: at, last: l.first.last(int(l.length))})
	}
	walk.closeAll()
	n.spans4.tops = newTops(n.spans4.list)
	return n
}

// find gives the narrowest network around an address; 0: none.
func (n *networks) find(k key, six bool) uint32 {
	if !six {
		return n.spans4.find(k.four())
	}
	low, high := 0, len(n.spans6)
	for low < high {
		middle := int(uint(low+high) / 2)
		if k.less(n.spans6[middle].first) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low == 0 {
		return 0
	}
	return n.spans6[low-1].at
}

// cutter walks over sorted networks of one family and keeps those around the
// present place.
type cutter struct {
	out  *networks
	six  bool
	open []open
}

type open struct {
	at   uint32
	last key
}

func (c *cutter) innermost() uint32 {
	if len(c.open) == 0 {
		return 0
	}
	return c.open[len(c.open)-1].at
}

func (c *cutter) closeBefore(l listed) {
	for len(c.open) > 0 && c.open[len(c.open)-1].last.less(l.first) {
		c.close()
	}
}

func (c *cutter) closeAll() {
	for len(c.open) > 0 {
		c.close()
	}
}

// close ends the innermost network. After it the one around it goes on.
func (c *cutter) close() {
	top := c.open[len(c.open)-1]
	c.open = c.open[:len(c.open)-1]
	if after, ok := top.last.next(); ok {
		c.emit(after, c.innermost())
	}
}

func (c *cutter) emit(first key, at uint32) {
	if c.six {
		c.out.spans6 = begin(c.out.spans6, span[key]{first, at})
	} else {
		c.out.spans4.list = begin(c.out.spans4.list, span[uint32]{first.four(), at})
	}
}
