package workload

import (
	"net/netip"
	"slices"

	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
)

// table finds whose an address is: in the mapping by one look for each length of network
// that it has, then in the container networks.
type table struct {
	networks netset.Set
	// mapping has the entries of each network, by time.
	mapping map[netip.Prefix][]entry
	// bits are the lengths of the mapping's networks, longest first.
	bits4, bits6 []int
}

func newTable(networks netset.Set, entries []entry) *table {
	t := &table{networks: networks, mapping: make(map[netip.Prefix][]entry, len(entries))}
	for _, e := range slices.SortedFunc(slices.Values(entries), entry.compare) {
		t.mapping[e.prefix] = append(t.mapping[e.prefix], e)
		bits := &t.bits6
		if e.prefix.Addr().Is4() {
			bits = &t.bits4
		}
		if !slices.Contains(*bits, e.prefix.Bits()) {
			*bits = append(*bits, e.prefix.Bits())
		}
	}
	longest := func(a, b int) int { return b - a }
	slices.SortFunc(t.bits4, longest)
	slices.SortFunc(t.bits6, longest)
	return t
}

func (t *table) lookup(addr netip.Addr, at int64) (*Workload, bool) {
	bits := t.bits6
	if addr.Is4() {
		bits = t.bits4
	}
	for _, n := range bits {
		p, err := addr.Prefix(n)
		if err != nil {
			break // an address with a zone, or none
		}
		if w := during(t.mapping[p], at); w != nil {
			return w, true
		}
	}
	return nil, t.networks.Contains(addr)
}

// during is the workload at a time, of entries in its order that do not overlap.
func during(entries []entry, at int64) *Workload {
	low, high := 0, len(entries)
	for low < high {
		if middle := (low + high) / 2; entries[middle].until <= at {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(entries) && entries[low].from <= at {
		return entries[low].workload
	}
	return nil
}
