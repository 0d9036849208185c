package traffic

import (
	"hash/fnv"
	"math/rand/v2"
)

// seed is the same for the same words, on any machine.
func seed(words ...string) uint64 {
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// newDice gives each stream its own randomness, so that adding a scenario
// changes no other one.
func newDice(words ...string) *rand.Rand {
	s := seed(words...)
	return rand.New(rand.NewPCG(s, s^0x9e3779b97f4a7c15))
}

// mix scrambles a number (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
