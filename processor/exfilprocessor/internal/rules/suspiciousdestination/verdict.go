package suspiciousdestination

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

const (
	// remembered peers, a power of two. What is forgotten is looked up again.
	remembered = 1 << 13
	// term is how long a verdict holds, in event time: entries of lists begin and end.
	// It is that of the term's beginning, so that what is remembered never shows.
	term = int64(time.Minute)
)

// verdict is what is known of a peer: unknown to the lists, listed, or of the class
// of services with that number.
type verdict int8

const (
	unsuspected verdict = -2
	listed      verdict = -1
)

// verdicts remembers what look-ups gave.
type verdicts struct {
	lists   *indicator.Lists
	wanted  [len(services)]bool
	seed    maphash.Seed
	loads   uint64 // of the lists when what is remembered was looked up
	recent  []recent
	listing bool // whether there is anything in the lists
}

type recent struct {
	hash    uint64 // of name and address, seeded: nobody can choose peers that collide
	term    int32  // number of the term in which it was looked up, modulo 2^32
	verdict verdict
}

func newVerdicts(lists *indicator.Lists, classes []string) verdicts {
	k := verdicts{lists: lists, seed: maphash.MakeSeed(), recent: make([]recent, remembered)}
	for i, s := range services {
		for _, class := range classes {
			k.wanted[i] = k.wanted[i] || s.class == class
		}
	}
	return k
}

// of is the verdict on the record's peer, which goes by a name or by none.
func (k *verdicts) of(r *flow.Record, name string) verdict {
	if loads := k.lists.Loads(); loads != k.loads {
		clear(k.recent)
		k.loads, k.listing = loads, k.lists.Entries() > 0
	}
	if name == "" && !k.listing {
		return unsuspected
	}
	hash, now := k.hash(r.Destination.Addr(), name), int32(r.Time/term)
	place := &k.recent[hash%remembered]
	if place.hash != hash || place.term != now {
		*place = recent{hash: hash, term: now, verdict: k.look(r, name)}
	}
	return place.verdict
}

// hash leaves the address out where no list could tell one from another.
func (k *verdicts) hash(addr netip.Addr, name string) uint64 {
	var hash uint64
	if name != "" {
		hash = maphash.String(k.seed, name)
	}
	if k.listing {
		raw := addr.As16()
		low, high := binary.LittleEndian.Uint64(raw[:8]), binary.LittleEndian.Uint64(raw[8:])
		hash = maphash.Comparable(k.seed, [3]uint64{hash, low, high})
	}
	return hash | 1<<63
}

func (k *verdicts) look(r *flow.Record, name string) verdict {
	if k.listing {
		if _, ok := k.match(r, name); ok {
			return listed
		}
	}
	if name == "" {
		return unsuspected
	}
	class, ok := indicator.Class(name)
	for i := range services {
		if ok && k.wanted[i] && services[i].class == class {
			return verdict(i)
		}
	}
	return unsuspected
}

// match is the entry of the lists: one that names a host rather than a page, and the
// address before the name.
func (k *verdicts) match(r *flow.Record, name string) (indicator.Match, bool) {
	at := r.Time - r.Time%term
	byAddress, one := k.lists.Address(r.Destination.Addr(), at)
	if one && !byAddress.URL || name == "" {
		return byAddress, one
	}
	byName, other := k.lists.Domain(name, at)
	if other && (!one || !byName.URL) {
		return byName, true
	}
	return byAddress, one
}
