package engine

import (
	"net/netip"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

const (
	// aliasIdle is how long an address goes by the name it was last met with.
	aliasIdle = int64(time.Hour)
	// aliasAgain is how long after the last bytes it is noted again.
	aliasAgain = int64(10 * time.Minute)
	// aliasShare of the destinations have room: one in so many.
	aliasShare = 4
)

// aliases are the named destinations that addresses belong to: not every record of
// a connection tells the name, nor does an FTP server's data channel.
type aliases struct {
	*bounded.Table[peerOf, alias]
}

// alias is the destination, and the name it went by.
type alias struct {
	group Group
	name  string
}

// peerOf is an address that a workload sends to.
type peerOf struct {
	workload uint64
	addr     [16]byte
}

func newAliases(destinations int) aliases {
	return aliases{bounded.New[peerOf, alias](max(destinations/aliasShare, 1), aliasIdle)}
}

// worth says whether the pair's peer must be noted: more of the connection may come,
// and it is another peer, or the note may have been forgotten.
func (a aliases) worth(p *Pair, r *flow.Record) bool {
	if r.EndReason == flow.EndOfFlow {
		return false
	}
	return p.peer != r.Destination.Addr().As16() || r.Time-p.last > aliasAgain
}

func (a aliases) put(key PairKey, it *item) {
	e, _ := a.Touch(peerOf{key.Workload, it.r.Destination.Addr().As16()}, it.now, it.r.Bytes)
	if e != nil && (e.Value.group != key.Group || e.Value.name == "") {
		e.Value = alias{key.Group, strings.Clone(it.r.Server)}
	}
}

// get renews what it finds.
func (a aliases) get(workload uint64, it *item) (alias, bool) {
	who := peerOf{workload, it.r.Destination.Addr().As16()}
	e := a.Get(who)
	if e == nil || !a.Renew(e, who, it.now, it.r.Bytes) {
		return alias{}, false
	}
	return e.Value, true
}

// group is the destination that the record's peer is one of, and whether the
// record names it.
func (s *shard) group(workload uint64, it *item) (g Group, named bool) {
	if it.r.Server != "" {
		if g, named = s.servers.group(it.r.Server); named {
			return g, true
		}
	}
	if a, known := s.aliases.get(workload, it); known {
		it.name = a.name
		return a.group, false
	}
	return s.unnamed(it.r.Destination.Addr()), false
}

func (s *shard) unnamed(addr netip.Addr) Group {
	if s.set.System != nil {
		if number := s.set.System(addr); number != 0 {
			return systemGroup(number)
		}
	}
	return networkGroup(addr)
}

// unnamedFor is how long after a destination was first seen without a name it may
// turn out to have one.
const unnamedFor = int64(5 * time.Minute)

// rename gives a destination that was met without a name, since the first records
// of a connection come before it is known, the name it has.
func (s *shard) rename(key PairKey, it *item) *bounded.Entry[PairKey, Pair] {
	addr := it.r.Destination.Addr()
	was := PairKey{Workload: key.Workload, Group: s.unnamed(addr)}
	e := s.pairs.Get(was)
	if e == nil || e.Value.peer != addr.As16() || it.now-int64(e.Value.born)*1e9 > unnamedFor {
		return nil
	}
	s.pairs.Remove(key)
	if !s.pairs.Rename(was, key) {
		return nil
	}
	if s.suspects.Rename(was, key) {
		s.suspects.Get(key).Value.key = key
	}
	return e
}
