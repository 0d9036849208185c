// Package netset answers whether an address lies in one of a list of networks.
package netset

import (
	"fmt"
	"net/netip"
	"slices"
)

// Set holds networks that do not overlap. The zero Set is empty.
type Set struct {
	// spans are ordered by their first address.
	spans []span
}

type span struct{ first, last netip.Addr }

// Parse reads networks in CIDR form. An overlap within the list is an error,
// since one of the two entries is then not what its writer thinks.
func Parse(list []string) (Set, error) {
	prefixes := make([]netip.Prefix, 0, len(list))
	for i, text := range list {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return Set{}, fmt.Errorf("[%d]: %q is not a network in CIDR form", i, text)
		}
		if p != p.Masked() {
			return Set{}, fmt.Errorf("[%d]: %q has host bits set; write %q", i, text, p.Masked())
		}
		if p.Addr().Is4In6() {
			return Set{}, fmt.Errorf("[%d]: %q is an IPv4-mapped network; write it as IPv4", i, text)
		}
		prefixes = append(prefixes, p)
	}
	return fromPrefixes(prefixes)
}

func fromPrefixes(prefixes []netip.Prefix) (Set, error) {
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	var s Set
	for i, p := range prefixes {
		if i > 0 && p.Overlaps(prefixes[i-1]) {
			return Set{}, fmt.Errorf("%q and %q overlap", prefixes[i-1], p)
		}
		s.spans = append(s.spans, span{first: p.Addr(), last: last(p)})
	}
	return s, nil
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

// Contains takes an address without zone and not IPv4-mapped.
func (s Set) Contains(addr netip.Addr) bool {
	low, high := 0, len(s.spans)
	for low < high {
		middle := (low + high) / 2
		if s.spans[middle].last.Less(addr) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low < len(s.spans) && !addr.Less(s.spans[low].first)
}
