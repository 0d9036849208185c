package l7

import (
	"encoding/binary"
	"strconv"
)

const (
	// maxConnectionID is the longest connection id of the known versions, in bytes.
	maxConnectionID = 20
	quicVersion2    = 0x6b3343cf
)

// parseQUIC tells a long header (RFC 8999 §5.1) of a known version; on a flow
// known as quic a short header too. The first datagram of a client tells what
// its ClientHello says.
func parseQUIC(in Input) (Message, bool) {
	p := in.Payload
	if !in.UDP || len(p) < 7 {
		return Message{}, false
	}
	if p[0]&0xc0 == 0x40 {
		return Message{Protocol: "quic"}, !in.fresh()
	}
	version, told := longHeaderVersion(p)
	if !told {
		return Message{}, false
	}
	message := Message{Protocol: "quic", Version: version}
	if first, _, ok := cutQUICPacket(p); ok && first.opens(in.fresh()) {
		h := quicHello{}
		h.datagram(p)
		h.tell(&message)
	}
	return message, true
}

// longHeaderVersion reads a long header as far as its connection ids.
func longHeaderVersion(p []byte) (version string, found bool) {
	if len(p) < 7 || p[0]&0xc0 != 0xc0 {
		return "", false
	}
	version, found = quicVersion(binary.BigEndian.Uint32(p[1:]))
	return version, found && hasConnectionIDs(p[5:])
}

// opens says that a client's handshake may begin with this packet: nothing was
// seen of the flow before, or a server has asked the client to come again with
// a token (RFC 9000 §8.1.2). A client's first connection id has at least 8
// bytes (RFC 9000 §7.2), a server's packets go to one of the client's choice.
func (p *quicPacket) opens(fresh bool) bool {
	return p.kind == quicInitial && len(p.destination) >= 8 && (fresh || len(p.token) > 0)
}

// quicVersion names version 1 (RFC 9000), 2 (RFC 9369) and the IETF drafts.
func quicVersion(version uint32) (string, bool) {
	switch {
	case version == 1:
		return "1", true
	case version == quicVersion2:
		return "2", true
	case isQUICDraft(version) && version&0xff <= 34:
		return "draft-" + strconv.Itoa(int(version&0xff)), true
	}
	return "", false
}

func isQUICDraft(version uint32) bool { return version>>8 == 0xff0000 }

func hasConnectionIDs(p []byte) bool {
	for range 2 {
		if len(p) == 0 || p[0] > maxConnectionID || len(p) <= int(p[0]) {
			return false
		}
		p = p[1+int(p[0]):]
	}
	return true
}
