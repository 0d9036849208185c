package bounded

import "hash/maphash"

// index finds a key's slot: open addressing with linear probing over a power of
// two of places. A place holds the slot's number and the upper half of the key's
// hash, so that a look at the slot itself, which is far away in memory, is seldom
// in vain. Go's own map would keep a second copy of every key.
//
// The hash is seeded at random, so that nobody can send keys that collide. Where a
// key lies does not show: nothing is ever done in the order of places.
type index[K comparable] struct {
	seed   maphash.Seed
	places []uint64 // upper 32 bits: of the hash; lower: slot + 1, 0 for none
	used   int
}

const leastPlaces = 64

func newIndex[K comparable]() index[K] {
	return index[K]{seed: maphash.MakeSeed(), places: make([]uint64, leastPlaces)}
}

func (x *index[K]) hash(key K) uint64 { return maphash.Comparable(x.seed, key) }

// first is the place where the search for a hash begins.
func (x *index[K]) first(hash uint64) uint64 { return hash & uint64(len(x.places)-1) }

// find returns the slot of the key with that hash for which is says true.
func (t *Table[K, V]) find(hash uint64, key K) (slot uint32, ok bool) {
	x := &t.index
	mask := uint64(len(x.places) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		place := x.places[at]
		if place == 0 {
			return 0, false
		}
		if place>>32 == hash>>32 {
			if slot = uint32(place) - 1; t.slot(slot).Key == key {
				return slot, true
			}
		}
	}
}

// insert adds a slot. Its key is not there yet.
func (t *Table[K, V]) insert(hash uint64, slot uint32) {
	x := &t.index
	if (x.used+1)*4 > len(x.places)*3 {
		t.grow()
	}
	x.put(hash, slot)
	x.used++
}

func (x *index[K]) put(hash uint64, slot uint32) {
	mask := uint64(len(x.places) - 1)
	at := hash & mask
	for x.places[at] != 0 {
		at = (at + 1) & mask
	}
	x.places[at] = hash>>32<<32 | uint64(slot+1)
}

// grow doubles the places.
func (t *Table[K, V]) grow() {
	x := &t.index
	old := x.places
	x.places = make([]uint64, 2*len(old))
	for _, place := range old {
		if place != 0 {
			slot := uint32(place) - 1
			x.put(x.hash(t.slot(slot).Key), slot)
		}
	}
}

// drop takes a slot out, and moves up those behind it that would no longer be
// found (Knuth, TAOCP vol. 3, 6.4, algorithm R).
func (t *Table[K, V]) drop(slot uint32) {
	x := &t.index
	mask := uint64(len(x.places) - 1)
	hole := x.first(x.hash(t.slot(slot).Key))
	for uint32(x.places[hole]) != slot+1 {
		hole = (hole + 1) & mask
	}
	for at := (hole + 1) & mask; x.places[at] != 0; at = (at + 1) & mask {
		home := x.first(x.hash(t.slot(uint32(x.places[at]) - 1).Key))
		if (at-home)&mask >= (at-hole)&mask {
			x.places[hole] = x.places[at]
			hole = at
		}
	}
	x.places[hole] = 0
	x.used--
}
