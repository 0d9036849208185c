package filter

import (
	"net"
	"slices"
	"strconv"

	"golang.org/x/net/bpf"
)

// single is what has no qualifiers of address or port; is says whether it is that.
func (p *parser) single() (n node, is bool, err error) {
	w := p.peek()
	if _, known := protocols[w.text]; known && !slices.Contains(addressed, w.text) {
		p.take()
		return p.alone(w.text), true, nil
	}
	switch w.text {
	case "less", "greater":
		p.take()
		n, err = p.length(w.text)
	case "vlan":
		p.take()
		n, err = p.vlan()
	case "broadcast", "multicast":
		p.take()
		n, err = p.etherGroup(w, w.text)
	case "ether", "ip", "ip6":
		if what := p.words[1].text; what != "broadcast" && what != "multicast" {
			return nil, false, nil
		}
		p.take()
		n, err = p.castBy(w.text)
	default:
		return nil, false, nil
	}
	return n, true, err
}

// alone is a protocol without anything it would qualify.
func (p *parser) alone(protocol string) node {
	switch protocol {
	case "ip":
		return p.etherType(typeIPv4)
	case "ip6":
		return p.etherType(typeIPv6)
	case "arp":
		return p.etherType(typeARP)
	case "rarp":
		return p.etherType(typeRARP)
	}
	of, known := protocols[protocol]
	if !known {
		return constant(p.ethernet) // ether
	}
	var n some
	if of.v4 {
		n = append(n, p.protocol4(of.number))
	}
	if of.v6 {
		n = append(n, p.protocol6(of.number))
	}
	return n
}

// length compares the frame's length on the wire.
func (p *parser) length(which string) (node, error) {
	n, err := number(p.take(), 1<<31-1)
	t := &test{load: []bpf.Instruction{bpf.LoadExtension{Num: bpf.ExtLen}}, op: bpf.JumpLessOrEqual, with: n}
	if which == "greater" {
		t.op = bpf.JumpGreaterOrEqual
	}
	return t, err
}

// vlan asks for the tag that the kernel keeps beside the packet.
func (p *parser) vlan() (node, error) {
	present := &test{load: []bpf.Instruction{bpf.LoadExtension{Num: bpf.ExtVLANTagPresent}}, op: bpf.JumpNotEqual}
	if w := p.peek().text; w == "" || w[0] < '0' || w[0] > '9' {
		return present, nil
	}
	id, err := number(p.take(), 4095)
	tag := &test{load: []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtVLANTag}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff},
	}, op: bpf.JumpEqual, with: id}
	return all{present, tag}, err
}

// castBy is ether, ip or ip6 before broadcast or multicast.
func (p *parser) castBy(protocol string) (node, error) {
	w := p.take()
	switch {
	case protocol == "ether":
		return p.etherGroup(w, w.text)
	case w.text == "broadcast":
		return nil, w.refuse("of " + protocol + " is not supported; say broadcast, or the network's address")
	case protocol == "ip":
		return all{p.etherType(typeIPv4), at(p.ip+16, 1, bpf.JumpGreaterOrEqual, 224)}, nil
	default:
		return all{p.etherType(typeIPv6), equal(p.ip+24, 1, 255)}, nil
	}
}

func (p *parser) etherGroup(w word, which string) (node, error) {
	if !p.ethernet {
		return nil, w.refuse("this link has no Ethernet addresses")
	}
	if which == "broadcast" {
		return hardware(0, []byte{255, 255, 255, 255, 255, 255}), nil
	}
	return at(0, 1, bpf.JumpBitsSet, 1), nil
}

// value is an address, a port or a number behind its qualifiers.
func (p *parser) value(q qualifiers) (node, error) {
	w := p.take()
	if w.text == "" || slices.Contains([]string{"(", ")", "and", "or", "not", "&&", "||", "!"}, w.text) {
		return nil, w.refuse("expected an address, a port or a number")
	}
	switch q.kind {
	case "port", "portrange":
		return p.port(q, w)
	case "proto":
		return p.number(q, w)
	}
	if q.protocol == "ether" {
		return p.station(q, w)
	}
	return p.host(q, w)
}

// number is "proto" and an IP protocol or an Ethernet type.
func (p *parser) number(q qualifiers, w word) (node, error) {
	if q.direction != "" {
		return nil, w.refuse("a protocol has no " + q.direction)
	}
	if q.protocol == "ether" {
		return p.etherNumber(w)
	}
	var value uint32
	if of, known := protocols[name(w)]; known {
		value = of.number
	} else {
		var err error
		if value, err = number(w, 255); err != nil {
			return nil, err
		}
	}
	switch q.protocol {
	case "ip":
		return p.protocol4(value), nil
	case "ip6":
		return p.protocol6(value), nil
	case "":
		return some{p.protocol4(value), p.protocol6(value)}, nil
	default:
		return nil, w.refuse("proto goes with ether, ip or ip6, not with " + q.protocol)
	}
}

func (p *parser) etherNumber(w word) (node, error) {
	if !p.ethernet {
		return nil, w.refuse("this link has no Ethernet types")
	}
	switch name(w) {
	case "ip", "ip6", "arp", "rarp":
		return p.alone(name(w)), nil
	}
	value, err := number(w, 0xffff)
	if err == nil && value < 1536 {
		err = w.refuse("below 1536 it is a length, no Ethernet type (IEEE 802.3)")
	}
	return equal(12, 2, value), err
}

// station is an Ethernet address.
func (p *parser) station(q qualifiers, w word) (node, error) {
	if !p.ethernet {
		return nil, w.refuse("this link has no Ethernet addresses")
	}
	mac, err := net.ParseMAC(w.text)
	if err != nil || len(mac) != 6 || q.kind == "net" {
		return nil, w.refuse("not an Ethernet address")
	}
	return directed(q.direction, hardware(6, mac), hardware(0, mac)), nil
}

// directed joins the conditions on a source and a destination.
func directed(direction string, source, destination node) node {
	switch direction {
	case "src":
		return source
	case "dst":
		return destination
	case "src and dst":
		return all{source, destination}
	default:
		return some{source, destination}
	}
}

// number reads a decimal, 0x or 0 number.
func number(w word, most uint64) (uint32, error) {
	n, err := strconv.ParseUint(w.text, 0, 32)
	if err != nil || n > most {
		return 0, w.refuse("expected a number up to " + strconv.FormatUint(most, 10))
	}
	return uint32(n), nil
}
