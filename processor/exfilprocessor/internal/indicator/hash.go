package indicator

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
)

// seed is this process's own, so that nobody can write names that collide. All
// indexes share it: one hash serves the filter and every file. Where an entry
// lies depends on it, what a look-up answers does not.
var seed = maphash.MakeSeed()

// spread maps a hash onto n places by its upper bits. Tags and the filter use the
// lower ones.
func spread(hash uint64, n int) int {
	high, _ := bits.Mul64(hash, uint64(n))
	return int(high)
}

// key is an address of either family, or a network's first one, from the top: an
// IPv4 address is the upper 32 bits, and the rest is zero.
type key struct{ high, low uint64 }

func toKey(addr netip.Addr) key {
	if addr.Is4() {
		raw := addr.As4()
		return key{high: uint64(raw[0])<<56 | uint64(raw[1])<<48 | uint64(raw[2])<<40 | uint64(raw[3])<<32}
	}
	raw := addr.As16()
	var k key
	for i := range 8 {
		k.high = k.high<<8 | uint64(raw[i])
		k.low = k.low<<8 | uint64(raw[8+i])
	}
	return k
}

// four is an IPv4 address's own number.
func (k key) four() uint32 { return uint32(k.high >> 32) }

func (k key) less(other key) bool {
	return k.high < other.high || k.high == other.high && k.low < other.low
}

// last is the highest address of the network that begins at k.
func (k key) last(length int) key {
	if length <= 64 {
		return key{k.high | ^uint64(0)>>length, ^uint64(0)}
	}
	return key{k.high, k.low | ^uint64(0)>>(length-64)}
}

// next is the address after k; it is not ok after the last of all.
func (k key) next() (key, bool) {
	if k.low++; k.low == 0 {
		k.high++
	}
	return k, k != key{}
}

func hash4(four uint32) uint64 { return maphash.Comparable(seed, four) }

func hash6(k key) uint64 { return maphash.Comparable(seed, k) }
