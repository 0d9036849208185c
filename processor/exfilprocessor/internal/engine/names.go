package engine

import "hash/maphash"

// How many names are remembered: powers of two. Those asked for by DNS seldom come
// again where there are many.
const (
	rememberedServers   = 1 << 15
	rememberedQuestions = 1 << 12
)

// names remembers the groups of names. What it forgot it works out again, so that
// what it holds never shows.
type names struct {
	seed   maphash.Seed
	kind   byte
	places []remembered
}

type remembered struct {
	hash  uint64 // seeded: nobody can send names that collide
	group Group  // zero for a name that makes none
}

func newNames(kind byte, places int) *names {
	return &names{seed: maphash.MakeSeed(), kind: kind, places: make([]remembered, places)}
}

// group is the group that name makes; false for one that is no domain name.
func (n *names) group(name string) (Group, bool) {
	hash := maphash.String(n.seed, name) | 1
	place := &n.places[hash>>1&uint64(len(n.places)-1)]
	if place.hash != hash {
		*place = remembered{hash: hash, group: n.make(name)}
	}
	return place.group, place.group != Group{}
}

func (n *names) make(name string) Group {
	domain := registered(name)
	if domain == "" {
		return Group{}
	}
	return domainGroup(n.kind, domain)
}
