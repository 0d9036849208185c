package indicator

import "net/netip"

// index holds one file's entries. It does not change once built.
type index struct {
	list   string // the file's base name
	format Format
	tally  tally
	notes  notes

	exact4   table[uint32]
	exact6   table[key]
	networks networks
	names    names
}

// hit is an entry that an index found.
type hit struct {
	in     *index
	note   uint32
	length int    // of the network, in bits
	domain string // of a name
}

// exact finds an entry for this very address that is valid at a time.
func (x *index) exact(q *addressQuery, time int64) (hit, bool) {
	var note uint32
	if q.six {
		note = x.exact6.find(q.hash, q.key).note
	} else {
		note = x.exact4.find(q.hash, q.key.four()).note
	}
	note = x.notes.at(note, time)
	return hit{in: x, note: note, length: q.addr.BitLen()}, note != 0
}

// around finds the narrowest network that is valid at a time.
func (x *index) around(q *addressQuery, time int64) (hit, bool) {
	for at := x.networks.find(q.key, q.six); at != 0; at = x.networks.list[at].wider {
		net := &x.networks.list[at]
		if note := x.notes.at(net.note, time); note != 0 {
			return hit{in: x, note: note, length: int(net.length)}, true
		}
	}
	return hit{}, false
}

// domain finds an entry for this very name that is valid at a time.
func (x *index) domain(hash uint64, name []byte, time int64) (hit, bool) {
	c := x.names.find(hash, name, x.notes.texts)
	note := x.notes.at(c.note, time)
	if note == 0 {
		return hit{}, false
	}
	return hit{in: x, note: note, domain: c.text(x.notes.texts)}, true
}

// addressQuery is an address to look up, neither mapped nor with a zone.
type addressQuery struct {
	addr netip.Addr
	key  key
	six  bool
	hash uint64
}

func newAddressQuery(addr netip.Addr) addressQuery {
	q := addressQuery{addr: addr, key: toKey(addr), six: addr.Is6()}
	if q.six {
		q.hash = hash6(q.key)
	} else {
		q.hash = hash4(q.key.four())
	}
	return q
}

func (h *hit) match() Match {
	return Match{
		List:        h.in.list,
		Domain:      h.domain,
		Description: h.in.notes.description(h.note),
		URL:         h.in.notes.list[h.note].url,
	}
}
