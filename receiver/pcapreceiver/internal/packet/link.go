package packet

import (
	"encoding/binary"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// EtherTypes that are peeled (IEEE 802 numbers, as IANA lists them).
const (
	etherIPv4    = 0x0800
	etherIPv6    = 0x86dd
	etherVLAN    = 0x8100
	etherQinQ    = 0x88a8
	etherOldQinQ = 0x9100
	etherMPLS    = 0x8847
	etherMPLSUp  = 0x8848
	etherPPPoE   = 0x8864
	etherTEB     = 0x6558 // Ethernet in GRE (RFC 7637)
	etherERSPAN2 = 0x88be // a switch's mirror (types I and II)
	etherERSPAN3 = 0x22eb
)

// link takes a frame's link header off. A link type that is not read here is
// tried by gopacket: slower, and nearly all that have a name.
func (d *Decoder) link(kind layers.LinkType, in slice) Verdict {
	switch kind {
	case layers.LinkTypeEthernet:
		return d.ethernet(in)
	case layers.LinkTypeRaw, layers.LinkTypeIPv4, layers.LinkTypeIPv6, linkRaw12, linkRaw14:
		return d.ip(in)
	case layers.LinkTypeLinuxSLL:
		return d.after(in, 16, 14)
	case layers.LinkTypeLinuxSLL2:
		return d.after(in, 20, 0)
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		return d.ip(in.skip(4)) // an address family, in an order that differs; IP says its version itself
	}
	return d.otherLink(kind, in)
}

// BSD's numbers for raw IP (LINKTYPE registry: 12 and 14 are DLT values).
const (
	linkRaw12 layers.LinkType = 12
	linkRaw14 layers.LinkType = 14
)

// after skips a link header of that size, which has its EtherType at an offset.
func (d *Decoder) after(in slice, header, ether int) Verdict {
	if len(in.data) < header {
		return Malformed
	}
	return d.ether(binary.BigEndian.Uint16(in.data[ether:]), in.skip(header))
}

// ethernet may be within itself, by labels and tunnels: each time a level deeper.
func (d *Decoder) ethernet(in slice) Verdict {
	if !d.deeper() {
		return Malformed
	}
	return d.after(in, 14, 12)
}

// maxTags bounds tags, labels and tunnels within one frame.
const maxTags = 16

// ether goes on by EtherType.
func (d *Decoder) ether(kind uint16, in slice) Verdict {
	for range maxTags {
		switch kind {
		case etherIPv4, etherIPv6:
			return d.ip(in)
		case etherVLAN, etherQinQ, etherOldQinQ:
			if len(in.data) < 4 {
				return Malformed
			}
			kind, in = binary.BigEndian.Uint16(in.data[2:]), in.skip(4)
		case etherMPLS, etherMPLSUp:
			return d.mpls(in)
		case etherPPPoE:
			return d.pppoe(in)
		case etherTEB:
			return d.ethernet(in)
		case etherERSPAN2:
			return d.ethernet(in.skip(8))
		case etherERSPAN3:
			if len(in.data) < 12 {
				return Malformed
			}
			return d.ethernet(in.skip(12 + int(in.data[11]&1)*8))
		default:
			return Other
		}
	}
	return Malformed
}

// mpls pops labels to the bottom of the stack (RFC 3032 2.1). What is below has
// no type: an IP version, or a control word before Ethernet (RFC 4385 3).
func (d *Decoder) mpls(in slice) Verdict {
	for range maxTags {
		if len(in.data) < 5 {
			return Malformed
		}
		bottom := in.data[2]&1 != 0
		if in = in.skip(4); !bottom {
			continue
		}
		switch in.data[0] >> 4 {
		case 4, 6:
			return d.ip(in)
		case 0:
			return d.ethernet(in.skip(4))
		}
		return Other
	}
	return Malformed
}

// pppoe takes a session's header off (RFC 2516 4) and PPP's protocol.
func (d *Decoder) pppoe(in slice) Verdict {
	if len(in.data) < 8 {
		return Malformed
	}
	switch binary.BigEndian.Uint16(in.data[6:]) {
	case 0x0021, 0x0057:
		return d.ip(in.skip(8))
	}
	return Other
}

// otherLink has gopacket find the first IP header: 802.11, radiotap, PPP and more.
func (d *Decoder) otherLink(kind layers.LinkType, in slice) Verdict {
	if int(kind) >= len(layers.LinkTypeMetadata) || layers.LinkTypeMetadata[kind].DecodeWith == nil {
		return UnknownLink
	}
	whole := gopacket.NewPacket(in.data, kind, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	network := whole.NetworkLayer()
	if network == nil {
		return Other
	}
	header := network.LayerContents()
	within := cap(in.data) - cap(header)
	if len(header) > 0 && within >= 0 && within < len(in.data) && &in.data[within] == &header[0] {
		return d.ip(in.skip(within))
	}
	// A layer that gopacket had to copy, as radiotap without a check sum.
	copied := append(header[:len(header):len(header)], network.LayerPayload()...)
	return d.ip(slice{copied, len(copied) + in.length - len(in.data)})
}
