package indicator

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"
)

// networks finds the narrowest network around an address. Networks may lie within
// each other: the address space is cut where the narrowest one changes.
type networks struct {
	// list is from 1.
	list   []network
	spans4 spans[uint32]
	spans6 spans[key6]
}

type network struct {
	note  uint32
	wider uint32 // the narrowest network around this one; 0: none
	bits  uint8
}

// spans are stretches of addresses, each up to the next one's first.
type spans[K any] struct {
	first []K
	at    []uint32 // the narrowest network there; 0: none
}

// key6 is an IPv6 address in two halves.
type key6 struct{ high, low uint64 }

func toKey6(addr netip.Addr) key6 {
	raw := addr.As16()
	return key6{binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])}
}

func newNetworks(entries map[netip.Prefix]uint32) networks {
	prefixes := make([]netip.Prefix, 0, len(entries))
	for p := range entries {
		prefixes = append(prefixes, p)
	}
	// IPv4 first; a network before those within it.
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	n := networks{list: make([]network, 1, len(entries)+1)}
	walk := cutter{out: &n}
	for _, p := range prefixes {
		walk.closeBefore(p)
		n.list = append(n.list, network{note: entries[p], wider: walk.innermost(), bits: uint8(p.Bits())})
		walk.emit(p.Addr(), uint32(len(n.list)-1))
		walk.open = append(walk.open, open{at: uint32(len(n.list) - 1), prefix: p, last: last(p)})
	}
	walk.closeBefore(netip.Prefix{})
	return n
}

// cutter walks over sorted networks and keeps those around the present place.
type cutter struct {
	out  *networks
	open []open
}

type open struct {
	at     uint32
	prefix netip.Prefix
	last   netip.Addr
}

func (c *cutter) innermost() uint32 {
	if len(c.open) == 0 {
		return 0
	}
	return c.open[len(c.open)-1].at
}

// closeBefore ends the networks that p does not lie in. After each the one around
// it goes on.
func (c *cutter) closeBefore(p netip.Prefix) {
	for len(c.open) > 0 {
		top := c.open[len(c.open)-1]
		if p.IsValid() && top.prefix.Contains(p.Addr()) {
			return
		}
		c.open = c.open[:len(c.open)-1]
		if after := top.last.Next(); after.IsValid() {
			c.emit(after, c.innermost())
		}
	}
}

// emit begins a span. One that begins where the last did replaces it.
func (c *cutter) emit(first netip.Addr, at uint32) {
	if first.Is4() {
		c.out.spans4.emit(key4(first), at, func(a, b uint32) bool { return a == b })
	} else {
		c.out.spans6.emit(toKey6(first), at, func(a, b key6) bool { return a == b })
	}
}

func (s *spans[K]) emit(first K, at uint32, same func(a, b K) bool) {
	if n := len(s.first); n > 0 && same(s.first[n-1], first) {
		s.at[n-1] = at
		return
	}
	s.first = append(s.first, first)
	s.at = append(s.at, at)
}

// find gives the narrowest network around addr; 0: none.
func (n *networks) find(addr netip.Addr) uint32 {
	if addr.Is4() {
		key, first := key4(addr), n.spans4.first
		return n.spans4.before(sort.Search(len(first), func(i int) bool { return first[i] > key }))
	}
	key, first := toKey6(addr), n.spans6.first
	return n.spans6.before(sort.Search(len(first), func(i int) bool {
		return first[i].high > key.high || first[i].high == key.high && first[i].low > key.low
	}))
}

func (s *spans[K]) before(i int) uint32 {
	if i == 0 {
		return 0
	}
	return s.at[i-1]
}

// last is the network's highest address.
func last(p netip.Prefix) netip.Addr {
	raw := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(raw)*8; bit++ {
		raw[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(raw)
	return addr
}
