package indicator

import (
	"encoding/binary"
	"net/netip"
)

// index answers for one file. It does not change once built.
type index struct {
	list   string // the file's base name
	format Format
	tally  tally
	notes  notes

	exact4  map[uint32]uint32
	exact6  map[[16]byte]uint32
	network networks
	names   names
}

// hit is what an index found.
type hit struct {
	in   *index
	note uint32
	// size of the entry: a network's length in bits, a name's in bytes. The
	// larger one of two is the more specific.
	size int
	// domain is the entry if it is a name.
	domain string
}

// address finds the most specific entry that covers addr and is valid at a time.
// addr is neither mapped nor has it a zone.
func (x *index) address(addr netip.Addr, time int64) (hit, bool) {
	var id uint32
	if addr.Is4() {
		id = x.exact4[key4(addr)]
	} else if len(x.exact6) > 0 {
		id = x.exact6[addr.As16()]
	}
	if id = x.notes.at(id, time); id != 0 {
		return hit{in: x, note: id, size: addr.BitLen()}, true
	}
	for at := x.network.find(addr); at != 0; at = x.network.list[at].wider {
		net := &x.network.list[at]
		if id := x.notes.at(net.note, time); id != 0 {
			return hit{in: x, note: id, size: int(net.bits)}, true
		}
	}
	return hit{}, false
}

// domain finds the longest listed ending of a name that is valid at a time.
func (x *index) domain(q *query, time int64) (hit, bool) {
	rest := q.text[:q.length]
	labels := q.labels
	for ; labels > x.names.most && labels > 1; labels-- {
		rest = cutLabel(rest)
	}
	for ; labels > 1; labels-- {
		if row, ok := x.names.find(rest, x.notes.texts); ok {
			if id := x.notes.at(row.note, time); id != 0 {
				text := x.notes.texts[row.start:][:row.length]
				return hit{in: x, note: id, size: len(text), domain: text}, true
			}
		}
		rest = cutLabel(rest)
	}
	return hit{}, false
}

func key4(addr netip.Addr) uint32 {
	raw := addr.As4()
	return binary.BigEndian.Uint32(raw[:])
}
