package network

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// end is one end of a veth pair.
type end struct {
	ns    *Namespace
	name  string
	addrs []string // with prefix length
}

// wire joins two namespaces by a veth pair.
func wire(a, b end) error {
	veth := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: a.name},
		PeerName:      b.name,
		PeerNamespace: netlink.NsFd(b.ns.handle),
	}
	if err := a.ns.link.LinkAdd(veth); err != nil {
		return fmt.Errorf("veth %s–%s: %w", a.name, b.name, err)
	}
	for _, e := range []end{a, b} {
		if err := e.ns.address(e.name, e.addrs...); err != nil {
			return err
		}
		if err := e.ns.up(e.name); err != nil {
			return err
		}
	}
	return nil
}

// address gives a link its addresses, usable at once (no duplicate detection).
func (n *Namespace) address(name string, addrs ...string) error {
	l, err := n.link.LinkByName(name)
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	for _, a := range addrs {
		addr, err := netlink.ParseAddr(a)
		if err != nil {
			return err
		}
		addr.Flags = unix.IFA_F_NODAD
		if err := n.link.AddrAdd(l, addr); err != nil {
			return fmt.Errorf("address %s on %s: %w", a, name, err)
		}
	}
	return nil
}

// route sends what is for a range to a gateway.
func (n *Namespace) route(to, via string) error {
	_, dst, err := net.ParseCIDR(to)
	if err != nil {
		return err
	}
	if err := n.link.RouteAdd(&netlink.Route{Dst: dst, Gw: net.ParseIP(via)}); err != nil {
		return fmt.Errorf("route %s via %s: %w", to, via, err)
	}
	return nil
}
