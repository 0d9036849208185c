// Package peername remembers which name a container looked up for an address:
// its own DNS answers say what it believes it talks to. It is for one goroutine.
package peername

import (
	"net/netip"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	limit = 65536 // names remembered; the longest unused goes first
	// A connection outlives the answer it came from: names are kept at least
	// and at most this long, in nanoseconds.
	leastLife, mostLife = 600e9, 86400e9
)

type key[O comparable] struct {
	container O
	address   netip.Addr
}

type entry struct {
	name    string
	expires uint64
}

// Table maps (container, address) to the name that was asked for. Times are
// nanoseconds of the caller's clock. O is how its user tells containers apart.
type Table[O comparable] struct {
	entries *simplelru.LRU[key[O], entry]
}

// NewTable returns an empty table.
func NewTable[O comparable]() *Table[O] {
	entries, err := simplelru.NewLRU[key[O], entry](limit, nil)
	if err != nil {
		panic(err) // the limit is a positive constant
	}
	return &Table[O]{entries: entries}
}

// Learn notes an answer that the container received. ttl is in seconds.
func (t *Table[O]) Learn(container O, address netip.Addr, name string, ttl uint32, now uint64) {
	life := min(max(uint64(ttl)*1e9, leastLife), mostLife)
	t.entries.Add(key[O]{container, address.Unmap()}, entry{name, now + life})
}

// Lookup returns the name, or nothing.
func (t *Table[O]) Lookup(container O, address netip.Addr, now uint64) string {
	e, ok := t.entries.Get(key[O]{container, address.Unmap()})
	if !ok || now > e.expires {
		return ""
	}
	return e.name
}
