package workload

import (
	"net/netip"
	"slices"
)

// table finds the most specific network of an address.
type table struct {
	at map[netip.Prefix][]entry
	// bits are the lengths of prefixes that there are, longest first.
	bits4, bits6 []int
}

func newTable(networks []netip.Prefix, entries []entry) *table {
	t := &table{at: make(map[netip.Prefix][]entry, len(networks)+len(entries))}
	for _, e := range entries {
		t.add(e)
	}
	for _, p := range networks { // behind the mapping, where both name one network
		t.add(entry{prefix: p, from: beginning, until: forever})
	}
	return t
}

func (t *table) add(e entry) {
	t.at[e.prefix] = append(t.at[e.prefix], e)
	bits := &t.bits6
	if e.prefix.Addr().Is4() {
		bits = &t.bits4
	}
	if !slices.Contains(*bits, e.prefix.Bits()) {
		*bits = append(*bits, e.prefix.Bits())
		slices.SortFunc(*bits, func(a, b int) int { return b - a })
	}
}

func (t *table) lookup(addr netip.Addr, at int64) (*Workload, bool) {
	bits := t.bits6
	if addr.Is4() {
		bits = t.bits4
	}
	for _, n := range bits {
		p, err := addr.Prefix(n)
		if err != nil {
			continue
		}
		for _, e := range t.at[p] {
			if e.from <= at && at < e.until {
				return e.workload, true
			}
		}
	}
	return nil, false
}
