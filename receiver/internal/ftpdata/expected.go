// Package ftpdata recognises FTP's data channels (RFC 959 3.2, RFC 2428): a
// control channel announces them, on its own connection, just before they open.
// It is for one goroutine.
package ftpdata

import (
	"net/netip"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	limit = 4096  // announcements waiting for their channel
	life  = 300e9 // ns that an announcement is good for
)

type key[O comparable] struct {
	container O
	server    netip.Addr
	port      uint16
	active    bool // the port is the container's own
}

// Expected is the set of data channels announced and not yet seen. O is how its
// user tells containers apart.
type Expected[O comparable] struct {
	entries *simplelru.LRU[key[O], uint64]
}

// NewExpected returns an empty set.
func NewExpected[O comparable]() *Expected[O] {
	entries, err := simplelru.NewLRU[key[O], uint64](limit, nil)
	if err != nil {
		panic(err) // the limit is a positive constant
	}
	return &Expected[O]{entries: entries}
}

// Announce notes a data channel with the server. Active channels come to the
// container's port; passive ones go to the server's. The address in a passive
// reply may be another one behind NAT, so both are good.
func (x *Expected[O]) Announce(container O, server netip.Addr, data netip.AddrPort, active bool, now uint64) {
	x.entries.Add(key[O]{container, server.Unmap(), data.Port(), active}, now+life)
	if !active && data.Addr().IsValid() && !data.Addr().IsUnspecified() {
		x.entries.Add(key[O]{container, data.Addr().Unmap(), data.Port(), false}, now+life)
	}
}

// Match says whether a flow between the two ends was announced.
func (x *Expected[O]) Match(container O, local, remote netip.AddrPort, now uint64) bool {
	return x.has(key[O]{container, remote.Addr().Unmap(), remote.Port(), false}, now) ||
		x.has(key[O]{container, remote.Addr().Unmap(), local.Port(), true}, now)
}

func (x *Expected[O]) has(k key[O], now uint64) bool {
	expires, ok := x.entries.Get(k)
	return ok && now <= expires
}
