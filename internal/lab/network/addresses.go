// Package network builds the lab's own Internet: three network namespaces
// joined by veth pairs, with no way out to anything else. The namespaces are
// anonymous, so the kernel removes them with the last process that uses them.
package network

import (
	"fmt"
	"net/netip"
)

// Outside hosts have addresses of the documentation ranges (RFC 5737, RFC
// 3849): outside by every default, and nobody's.
var (
	Outside  = netip.MustParseAddr("203.0.113.10")
	Outside2 = netip.MustParseAddr("198.51.100.10")
	Outside6 = netip.MustParseAddr("2001:db8::10")
	// Internal is a server inside the victim's own network.
	Internal = netip.MustParseAddr("10.99.0.10")
)

// The victim's side: the router between all, and the ranges of its containers.
const (
	outsideGateway  = "203.0.113.1"
	outsideGateway6 = "2001:db8::1"
	internalGateway = "10.99.0.1"

	// Bridge is the address and range of the container bridge.
	Bridge = "10.77.0.1/24"
	// Bridge6 is the containers' IPv6 range.
	Bridge6 = "fd77::/64"

	bridgeRange = "10.77.0.0/24"
	boxRange    = "10.78.0.0/16"
	boxRange6   = "fd78::/48"
)

// Links are the victim's two ways out: to the outside, and to the internal
// server. What containers send crosses one of them, once, with their own
// addresses: nothing is translated.
func Links() []string { return []string{"out0", "in0"} }

// Bridge6Address is the IPv6 address of the container on the bridge that has
// the given IPv4 address: Docker ends it with the hardware address, 02:42 and
// the four bytes.
func Bridge6Address(addr netip.Addr) netip.Addr {
	a := netip.MustParsePrefix(Bridge6).Addr().As16()
	b := addr.As4()
	copy(a[10:], append([]byte{0x02, 0x42}, b[:]...))
	return netip.AddrFrom16(a)
}

// Check refuses every address that is not one of the lab's own, so that no
// scenario can be pointed at somebody.
func Check(addr netip.Addr) error {
	switch addr.Unmap() {
	case Outside, Outside2, Outside6, Internal:
		return nil
	}
	return fmt.Errorf("%s is not a host of the lab: it sends to %s, %s, %s and %s only",
		addr, Outside, Outside2, Outside6, Internal)
}
