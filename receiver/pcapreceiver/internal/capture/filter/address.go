package filter

import (
	"context"
	"net"
	"net/netip"
	"strings"
)

// host is an IP address or network, in IP and, of version 4, in ARP.
func (p *parser) host(q qualifiers, w word) (node, error) {
	network, err := p.network(q, w)
	if err != nil {
		return nil, err
	}
	var n some
	v4 := network.Addr().Is4()
	for _, of := range []struct {
		protocol  string
		kind      uint32
		from, to  uint32
		belonging bool
	}{
		{"ip", typeIPv4, p.ip + 12, p.ip + 16, v4},
		{"ip6", typeIPv6, p.ip + 8, p.ip + 24, !v4},
		{"arp", typeARP, p.ip + 14, p.ip + 24, v4},
		{"rarp", typeRARP, p.ip + 14, p.ip + 24, v4},
	} {
		if of.belonging && (q.protocol == "" || q.protocol == of.protocol) {
			n = append(n, all{p.etherType(of.kind), directed(q.direction, address(of.from, network), address(of.to, network))})
		}
	}
	if len(n) == 0 {
		return nil, w.refuse("an address does not go with " + q.protocol)
	}
	return n, nil
}

// network reads an address, a network in CIDR form, by "mask", or by its first bytes.
func (p *parser) network(q qualifiers, w word) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(w.text); err == nil && addr.Zone() == "" {
		bits := addr.BitLen()
		if q.kind == "net" && p.accept("mask") {
			if bits = maskBits(p.peek().text); bits < 0 || !addr.Is4() {
				return netip.Prefix{}, p.peek().refuse("expected a netmask, such as 255.255.0.0")
			}
			p.take()
		}
		return checked(w, netip.PrefixFrom(addr, bits))
	}
	if q.kind == "host" {
		return netip.Prefix{}, w.refuse("expected an address; names are not resolved")
	}
	if prefix, err := netip.ParsePrefix(w.text); err == nil {
		return checked(w, prefix)
	}
	if bytes := strings.Count(w.text, ".") + 1; q.kind == "net" && bytes < 4 {
		if addr, err := netip.ParseAddr(w.text + strings.Repeat(".0", 4-bytes)); err == nil {
			return checked(w, netip.PrefixFrom(addr, 8*bytes))
		}
	}
	return netip.Prefix{}, w.refuse("expected an address or a network; names are not resolved")
}

func checked(w word, prefix netip.Prefix) (netip.Prefix, error) {
	if prefix.Addr().Is4In6() {
		return prefix, w.refuse("an IPv4-mapped address; write it as IPv4")
	}
	if prefix != prefix.Masked() {
		return prefix, w.refuse("bits of the host are set; the network is " + prefix.Masked().String())
	}
	return prefix, nil
}

// maskBits is how many bits a netmask has; negative for what is none.
func maskBits(text string) int {
	addr, err := netip.ParseAddr(text)
	if err != nil || !addr.Is4() {
		return -1
	}
	ones, bits := net.IPMask(addr.AsSlice()).Size()
	if bits == 0 {
		return -1
	}
	return ones
}

// port is a port or a range of them, of the protocols that have ports.
func (p *parser) port(q qualifiers, w word) (node, error) {
	var low, high uint32
	var err error
	first, second, isRange := strings.Cut(w.text, "-")
	if isRange && q.kind == "portrange" {
		low, err = service(word{first, w.offset}, q.protocol)
		if err == nil {
			high, err = service(word{second, w.offset}, q.protocol)
		}
	} else {
		low, err = service(w, q.protocol)
		high = low
	}
	if err != nil {
		return nil, err
	}
	if low > high {
		low, high = high, low
	}
	numbers := []uint32{protocolTCP, protocolUDP, protocolSCTP}
	switch q.protocol {
	case "":
	case "tcp", "udp", "sctp":
		numbers = []uint32{protocols[q.protocol].number}
	default:
		return nil, w.refuse("a port does not go with " + q.protocol)
	}
	return p.ports(numbers, portsOf{q.direction, low, high}), nil
}

type portsOf struct {
	direction string
	low, high uint32
}

func (p *parser) ports(numbers []uint32, of portsOf) node {
	var protocol4, protocol6 some
	for _, number := range numbers {
		protocol4 = append(protocol4, equal(p.ip+9, 1, number))
		protocol6 = append(protocol6, equal(p.ip+6, 1, number))
	}
	return some{
		all{p.etherType(typeIPv4), protocol4, p.firstFragment(),
			directed(of.direction, p.ports4(0, of.low, of.high), p.ports4(2, of.low, of.high))},
		all{p.etherType(typeIPv6), protocol6,
			directed(of.direction, p.ports6(0, of.low, of.high), p.ports6(2, of.low, of.high))},
	}
}

// service is a port's number, or the number of a name that /etc/services has.
func service(w word, protocol string) (uint32, error) {
	if w.text != "" && w.text[0] >= '0' && w.text[0] <= '9' {
		return number(w, 65535)
	}
	if protocol != "udp" {
		protocol = "tcp"
	}
	files := net.Resolver{PreferGo: true} // asks no name service
	port, err := files.LookupPort(context.Background(), protocol, w.text)
	if err != nil || w.text == "" {
		return 0, w.refuse("expected a port, or the name of one")
	}
	return uint32(port), nil
}
