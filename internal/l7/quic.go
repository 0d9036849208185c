package l7

import (
	"encoding/binary"
	"strconv"
)

// maxConnectionID is the longest connection id of the known versions, in bytes.
const maxConnectionID = 20

// parseQUIC tells a long header (RFC 8999 §5.1) of a known version; on a flow
// known as quic a short header too.
func parseQUIC(in Input) (Message, bool) {
	p := in.Payload
	if !in.UDP || len(p) < 7 {
		return Message{}, false
	}
	if p[0]&0xc0 == 0x40 {
		return Message{Protocol: "quic"}, !in.fresh()
	}
	version, known := quicVersion(binary.BigEndian.Uint32(p[1:]))
	if p[0]&0xc0 != 0xc0 || !known || !hasConnectionIDs(p[5:]) {
		return Message{}, false
	}
	return Message{Protocol: "quic", Version: version}, true
}

// quicVersion names version 1 (RFC 9000), 2 (RFC 9369) and the IETF drafts.
func quicVersion(version uint32) (string, bool) {
	switch {
	case version == 1:
		return "1", true
	case version == 0x6b3343cf:
		return "2", true
	case version>>8 == 0xff0000 && version&0xff <= 34:
		return "draft-" + strconv.Itoa(int(version&0xff)), true
	}
	return "", false
}

func hasConnectionIDs(p []byte) bool {
	for range 2 {
		if len(p) == 0 || p[0] > maxConnectionID || len(p) <= int(p[0]) {
			return false
		}
		p = p[1+int(p[0]):]
	}
	return true
}
