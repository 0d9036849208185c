package l7

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// quicKind is the type of a packet with a long header.
type quicKind uint8

// Types in version 1's numbers (RFC 9000 §17.2).
const (
	quicInitial quicKind = iota
	quicZeroRTT
	quicHandshake
	quicRetry
)

// quicPacket is a packet with a long header as views into the datagram.
type quicPacket struct {
	kind        quicKind
	version     uint32
	destination []byte // connection id
	token       []byte
	bytes       []byte // all of the packet
	number      int    // offset of the packet number in bytes, which is protected
}

// cutQUICPacket cuts the first packet off a datagram (RFC 9000 §12.2). It finds
// none where the header is not long, the packet has no length, or the sample
// ends before the packet.
func cutQUICPacket(datagram []byte) (p quicPacket, rest []byte, found bool) {
	s := cryptobyte.String(datagram)
	var first uint8
	var destination, source, token cryptobyte.String
	if !s.ReadUint8(&first) || first&0xc0 != 0xc0 || !s.ReadUint32(&p.version) ||
		!s.ReadUint8LengthPrefixed(&destination) || !s.ReadUint8LengthPrefixed(&source) ||
		len(destination) > maxConnectionID || len(source) > maxConnectionID {
		return p, nil, false
	}
	p.kind = quicKind(first>>4) & 3
	if p.version == quicVersion2 { // counts one further (RFC 9369 §3.2)
		p.kind = (p.kind + 3) & 3
	}
	if p.kind == quicRetry || p.kind == quicInitial && !readQUICBytes(&s, &token) {
		return p, nil, false
	}
	length, ok := readQUICNumber(&s)
	if !ok || length > uint64(len(s)) {
		return p, nil, false
	}
	p.destination, p.token = destination, token
	p.number = len(datagram) - len(s)
	end := p.number + int(length)
	p.bytes = datagram[:end]
	return p, datagram[end:], true
}

// readQUICNumber reads a variable-length integer (RFC 9000 §16).
func readQUICNumber(s *cryptobyte.String) (uint64, bool) {
	if s.Empty() {
		return 0, false
	}
	var encoded []byte
	if !s.ReadBytes(&encoded, 1<<((*s)[0]>>6)) {
		return 0, false
	}
	var wide [8]byte
	copy(wide[8-len(encoded):], encoded)
	wide[8-len(encoded)] &= 0x3f
	return binary.BigEndian.Uint64(wide[:]), true
}

// readQUICBytes reads bytes with their number in front.
func readQUICBytes(s *cryptobyte.String, out *cryptobyte.String) bool {
	length, ok := readQUICNumber(s)
	return ok && length <= uint64(len(*s)) && s.ReadBytes((*[]byte)(out), int(length))
}
