package traffic

import (
	"encoding/binary"
	"net/netip"
)

// public are first octets under which nothing is private, shared or reserved.
var public = []byte{3, 13, 18, 20, 23, 31, 34, 35, 44, 52, 54, 63, 67, 76, 82, 93, 104, 129, 142, 151, 162, 185, 193, 195, 199, 204, 208, 216}

// hostOf is the nth address of a name. A name's first four share a /24, as a
// small site's do; further ones lie in other networks, as a CDN's.
func hostOf(name string, n int) netip.Addr {
	return publicAddress(mix(seed(name)+uint64(n/4)), byte(n%4))
}

// client is the nth of the outside clients of a server.
func client(server uint64, n int) netip.Addr { return publicAddress(mix(server^uint64(n+1)), 0) }

func publicAddress(h uint64, add byte) netip.Addr {
	return netip.AddrFrom4([4]byte{public[h%uint64(len(public))], byte(h >> 16), byte(h >> 24), byte(h>>32)%250 + 1 + add})
}

// within is the nth address of a network.
func within(net netip.Prefix, n int) netip.Addr {
	raw := net.Masked().Addr().As4()
	size := uint64(1) << (32 - net.Bits())
	base := uint64(binary.BigEndian.Uint32(raw[:]))
	binary.BigEndian.PutUint32(raw[:], uint32(base+uint64(n+1)%size))
	return netip.AddrFrom4(raw)
}

// podAddress numbers the cluster's containers.
func podAddress(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 32 + byte(n>>16), byte(n >> 8), byte(n)})
}
