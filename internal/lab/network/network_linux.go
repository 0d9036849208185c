package network

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
)

// Network is the lab's Internet: a victim's machine that routes between its
// containers, a server of its own network, and the outside.
type Network struct {
	Victim, Outside, Internal *Namespace
	boxes                     int
}

// Box is the network of one container without an engine.
type Box struct {
	*Namespace
	Addresses []netip.Addr
}

// New builds it. Close it to let the kernel take it down.
func New() (*Network, error) {
	n := &Network{}
	for _, ns := range []**Namespace{&n.Victim, &n.Outside, &n.Internal} {
		made, err := newNamespace()
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		*ns = made
	}
	if err := n.connect(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// connect lays the wires and the routes, and lets the victim forward.
func (n *Network) connect() error {
	return errors.Join(
		wire(end{n.Victim, "out0", []string{outsideGateway + "/24", outsideGateway6 + "/64"}},
			end{n.Outside, "up0", []string{Outside.String() + "/24", Outside6.String() + "/64"}}),
		n.Outside.address("lo", Outside2.String()+"/32"),
		wire(end{n.Victim, "in0", []string{internalGateway + "/24"}},
			end{n.Internal, "up0", []string{Internal.String() + "/24"}}),
		n.Victim.route(Outside2.String()+"/32", Outside.String()),
		n.Outside.route(bridgeRange, outsideGateway),
		n.Outside.route(boxRange, outsideGateway),
		n.Outside.route(Bridge6, outsideGateway6),
		n.Outside.route(boxRange6, outsideGateway6),
		n.Internal.route(bridgeRange, internalGateway),
		n.Internal.route(boxRange, internalGateway),
		n.Victim.Do(forward),
	)
}

// forward makes the calling thread's namespace a router.
func forward() error {
	return errors.Join(
		os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644),
		os.WriteFile("/proc/sys/net/ipv6/conf/all/forwarding", []byte("1"), 0o644),
	)
}

// Box makes a namespace for one container without a container engine.
func (n *Network) Box() (*Box, error) {
	const most = 1 << 14 // /30 networks in boxRange
	if n.boxes >= most {
		return nil, fmt.Errorf("more than %d boxes", most)
	}
	ns, err := newNamespace()
	if err != nil {
		return nil, err
	}
	base := n.boxes * 4
	n.boxes++
	ip := func(host int) string { return fmt.Sprintf("10.78.%d.%d", (base+host)>>8, (base+host)&0xff) }
	ip6 := func(host int) string { return fmt.Sprintf("fd78::%x:%x", n.boxes, host) }
	err = wire(end{n.Victim, fmt.Sprintf("box%d", n.boxes), []string{ip(1) + "/30", ip6(1) + "/112"}},
		end{ns, "eth0", []string{ip(2) + "/30", ip6(2) + "/112"}})
	if err == nil {
		err = errors.Join(ns.route("0.0.0.0/0", ip(1)), ns.route("::/0", ip6(1)))
	}
	if err != nil {
		return nil, errors.Join(err, ns.Close())
	}
	return &Box{ns, []netip.Addr{netip.MustParseAddr(ip(2)), netip.MustParseAddr(ip6(2))}}, nil
}

// Close lets go of all three namespaces.
func (n *Network) Close() error {
	var errs []error
	for _, ns := range []*Namespace{n.Victim, n.Outside, n.Internal} {
		if ns != nil {
			errs = append(errs, ns.Close())
		}
	}
	return errors.Join(errs...)
}
