// Package packet peels captured frames down to what one host sent to another:
// link layers, tags, labels and tunnels off, fragments put together.
package packet

import (
	"encoding/binary"
	"net/netip"
)

// Packet is one transport packet.
type Packet struct {
	Time int64 // ns since the epoch, the capture's
	// Source and Destination are IPv6 addresses, or IPv4 ones mapped into IPv6.
	Source, Destination         [16]byte
	SourcePort, DestinationPort uint16
	Protocol                    uint8 // IANA protocol number
	// Flags, Seq and Ack are TCP's (RFC 9293 3.1).
	Flags    uint8
	Seq, Ack uint32
	// Length is how many payload bytes the packet carried; Payload those of them
	// that were captured, valid until the next frame.
	Length  int
	Payload []byte
	// Unplaced says that Seq, Flags and, where they are 0, the ports are not known.
	Unplaced bool
}

// The transport protocols that have a header of their own here.
const (
	ICMP    = 1
	TCP     = 6
	UDP     = 17
	ICMPv6  = 58
	SCTP    = 132
	UDPLite = 136
)

// TCP's flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// From is the sender's address and port.
func (p *Packet) From() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(p.Source).Unmap(), p.SourcePort)
}

// To is the receiver's address and port.
func (p *Packet) To() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(p.Destination).Unmap(), p.DestinationPort)
}

// least is the size of a transport header without options, in bytes.
func least(protocol uint8) int {
	switch protocol {
	case TCP:
		return 20
	case SCTP:
		return 12
	case UDP, UDPLite, ICMP, ICMPv6:
		return 8
	}
	return 0
}

// transport reads the transport header at the start of what IP carried. Length
// is what IP says that is; data may be less. False where the header is cut or
// says that it is longer than the packet.
func (p *Packet) transport(data []byte, length int) bool {
	header := least(p.Protocol)
	if p.Protocol == TCP {
		if len(data) < 14 {
			return false
		}
		p.Seq, p.Ack = binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
		p.Flags = data[13]
		if header = int(data[12]>>4) * 4; header < 20 {
			return false
		}
	}
	if header > length {
		return false
	}
	if header > 0 && p.Protocol != ICMP && p.Protocol != ICMPv6 {
		if len(data) < 4 {
			return false
		}
		p.SourcePort, p.DestinationPort = binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
	}
	p.Length = length - header
	p.Payload = data[min(header, len(data)):]
	return true
}
