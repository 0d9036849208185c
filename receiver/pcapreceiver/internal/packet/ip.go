package packet

import (
	"encoding/binary"
	"net/netip"
)

// IP's other protocol numbers that are peeled.
const (
	hopByHop  = 0
	ipv4In    = 4  // RFC 2003
	ipv6In    = 41 // RFC 4213
	routing   = 43
	fragment  = 44
	gre       = 47
	authentic = 51 // RFC 4302
	options   = 60
	mobility  = 135
	hip       = 139
	shim6     = 140
)

// datagram is an IP header's word on what it carries.
type datagram struct {
	source, destination [16]byte
	protocol            uint8
	payload             slice
	// The fragment's place, where it is one.
	fragmented, more bool
	offset           int
	id               uint32
	v6Header         bool
}

// ip reads a header of either version.
func (d *Decoder) ip(in slice) Verdict {
	if len(in.data) == 0 {
		return Malformed
	}
	var g datagram
	ok := false
	switch in.data[0] >> 4 {
	case 4:
		ok = g.v4(in)
	case 6:
		ok = g.v6(in)
	}
	switch {
	case !ok:
		return Malformed
	case g.fragmented:
		return d.assemble(&g)
	default:
		return d.carried(&g)
	}
}

func (g *datagram) v4(in slice) bool {
	b := in.data
	if len(b) < 20 {
		return false
	}
	header, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = in.length // left to the network card (TCP segmentation offload)
	}
	if header < 20 || total < header || len(b) < header {
		return false
	}
	g.source, g.destination = mapped(b[12:16]), mapped(b[16:20])
	g.protocol = b[9]
	g.payload = in.limit(total).skip(header)
	if place := binary.BigEndian.Uint16(b[6:]); place&0x3fff != 0 {
		g.fragmented, g.more = true, place&0x2000 != 0
		g.offset = int(place&0x1fff) * 8
		g.id = uint32(binary.BigEndian.Uint16(b[4:]))
	}
	return true
}

func mapped(b []byte) (a [16]byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b)
	return a
}

// v6 walks the extension headers (RFC 8200 4) to the transport's or a fragment's.
func (g *datagram) v6(in slice) bool {
	b := in.data
	if len(b) < 40 {
		return false
	}
	g.source, g.destination = [16]byte(b[8:24]), [16]byte(b[24:40])
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 {
		length = in.length - 40 // a jumbogram, or offload
	}
	g.protocol = b[6]
	g.payload = in.skip(40).limit(length)
	for { // each header takes some of the payload
		size := 0
		e := g.payload.data
		switch g.protocol {
		case hopByHop, routing, options, mobility, hip, shim6:
			if len(e) < 2 {
				return false
			}
			size = (int(e[1]) + 1) * 8
		case authentic:
			if len(e) < 2 {
				return false
			}
			size = (int(e[1]) + 2) * 4
		case fragment:
			return g.v6Fragment()
		default:
			return true
		}
		if size > g.payload.length {
			return false
		}
		g.protocol, g.payload = e[0], g.payload.skip(size)
	}
}

// v6Fragment reads a fragment header (RFC 8200 4.5). One that is the whole
// datagram (RFC 6946) is treated as if it had none.
func (g *datagram) v6Fragment() bool {
	e := g.payload.data
	if len(e) < 8 {
		return false
	}
	place := binary.BigEndian.Uint16(e[2:])
	g.offset, g.more = int(place&^7), place&1 != 0
	g.fragmented = g.offset != 0 || g.more
	g.id, g.v6Header = binary.BigEndian.Uint32(e[4:]), true
	g.protocol, g.payload = e[0], g.payload.skip(8)
	return true
}

// carried goes on with what a whole datagram carries.
func (d *Decoder) carried(g *datagram) Verdict {
	in := g.payload
	switch g.protocol {
	case ipv4In, ipv6In:
		return d.inside(g, etherIPv4, in) // the version is read again
	case gre:
		return d.gre(g)
	case authentic:
		if len(in.data) >= 2 {
			g.protocol, g.payload = in.data[0], in.skip((int(in.data[1])+2)*4)
		}
	}
	p := Packet{Time: d.now, Source: g.source, Destination: g.destination, Protocol: g.protocol}
	if !p.transport(g.payload.data, g.payload.length) {
		return d.stray(g)
	}
	if p.Protocol == UDP {
		return d.udp(g, &p)
	}
	return d.deliver(p)
}

// stray accounts by its bytes what has a transport header that is cut or forged, or is a
// fragment that fits nowhere: two that have agreed on it could talk so.
func (d *Decoder) stray(g *datagram) Verdict {
	header := 0
	if !g.fragmented {
		header = min(least(g.protocol), g.payload.length)
	}
	d.out = append(d.out, Packet{Time: d.now, Source: g.source, Destination: g.destination, Protocol: g.protocol,
		Length: g.payload.length - header, Unplaced: true})
	return Malformed
}

// own says that a container sends or receives the datagram itself.
func (d *Decoder) own(g *datagram) bool {
	return d.Observed != nil && (d.Observed(netip.AddrFrom16(g.source).Unmap()) || d.Observed(netip.AddrFrom16(g.destination).Unmap()))
}
