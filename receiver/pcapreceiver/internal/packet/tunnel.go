package packet

import "encoding/binary"

// maxDepth bounds tunnels within tunnels, and Ethernet within Ethernet.
const maxDepth = 8

// UDP ports of tunnels: IANA's, and Linux's older one for VXLAN.
const (
	portVXLAN    = 4789
	portOldVXLAN = 8472
	portGeneve   = 6081
)

// deeper goes one level down; false where that is one too many.
func (d *Decoder) deeper() bool {
	d.depth++
	return d.depth <= maxDepth
}

// inside reads what a datagram carries as a tunnel, by EtherType. Where the
// datagram is an observed container's own, or holds nothing that can be read, it
// is a packet itself.
func (d *Decoder) inside(g *datagram, kind uint16, in slice) Verdict {
	p := Packet{Time: d.now, Source: g.source, Destination: g.destination, Protocol: g.protocol}
	if !p.transport(g.payload.data, g.payload.length) {
		return Malformed
	}
	return d.through(g, &p, kind, in)
}

func (d *Decoder) through(g *datagram, p *Packet, kind uint16, in slice) Verdict {
	own := d.own(g)
	if own {
		d.deliver(*p)
	}
	if d.deeper() {
		if v := d.ether(kind, in); v == Whole || v == Fragment {
			return v
		}
	}
	if !own {
		d.deliver(*p)
	}
	return Whole
}

// gre takes a header off (RFC 2784, RFC 2890).
func (d *Decoder) gre(g *datagram) Verdict {
	in := g.payload
	if len(in.data) < 4 {
		return Malformed
	}
	flags, kind := binary.BigEndian.Uint16(in.data), binary.BigEndian.Uint16(in.data[2:])
	header := 4
	for _, optional := range []uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence
		if flags&optional != 0 {
			header += 4
		}
	}
	if kind == etherERSPAN2 && flags&0x1000 == 0 { // type I has no header of its own
		kind = etherTEB
	}
	return d.inside(g, kind, in.skip(header))
}

// udp looks whether a datagram is a tunnel.
func (d *Decoder) udp(g *datagram, p *Packet) Verdict {
	in := slice{p.Payload, p.Length}
	switch p.DestinationPort {
	case portVXLAN, portOldVXLAN:
		if isVXLAN(in.data) {
			return d.through(g, p, etherTEB, in.skip(8))
		}
	case portGeneve:
		if header, kind, ok := geneve(in.data); ok {
			return d.through(g, p, kind, in.skip(header))
		}
	}
	return d.deliver(*p)
}

// isVXLAN tells a header with a network identifier (RFC 7348 5).
func isVXLAN(b []byte) bool { return len(b) > 8 && b[0] == 0x08 }

// geneve reads a header's size and what follows it (RFC 8926 3.4).
func geneve(b []byte) (header int, kind uint16, ok bool) {
	if len(b) < 8 || b[0]>>6 != 0 {
		return 0, 0, false
	}
	return 8 + int(b[0]&0x3f)*4, binary.BigEndian.Uint16(b[2:]), true
}
