package engine

import "hash/maphash"

// rememberedNames is a power of two.
const rememberedNames = 1 << 13

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

func newNames(kind byte) *names {
	return &names{seed: maphash.MakeSeed(), kind: kind, places: make([]remembered, rememberedNames)}
}

// group is the group that name makes; false for one that is no domain name.
func (n *names) group(name string) (Group, bool) {
	hash := maphash.String(n.seed, name) | 1
	place := &n.places[hash>>1%rememberedNames]
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
