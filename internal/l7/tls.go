package l7

import (
	"encoding/binary"

	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
)

// TLS record content types and handshake message types (RFC 8446 §4, §5.1).
const (
	recordChangeCipherSpec = 20
	recordHandshake        = 22
	recordApplicationData  = 23

	handshakeClientHello = 1
	handshakeServerHello = 2

	recordHeader = 5              // bytes
	maxRecord    = 16<<10 + 2<<10 // bytes, protected (RFC 5246 §6.2.3)
	maxALPN      = 8              // protocols told
	maxALPNName  = 32             // bytes of each
)

// parseTLS tells TLS records. A ClientHello gives SNI, ALPN and JA4, a
// ServerHello the version; any other chain of records only the protocol.
func parseTLS(in Input) (Message, bool) {
	if in.UDP || !isRecord(in.Payload) {
		return Message{}, false
	}
	message := Message{Protocol: "tls"}
	if in.Payload[0] != recordHandshake {
		return message, isRecordChain(in.Payload)
	}
	handshake := handshakeOf(joinRecords(in.Payload))
	switch {
	case handshake.kind == handshakeClientHello:
		tellClientHello(&message, handshake, 't')
		message.cut = handshake.grows()
	case handshake.kind == handshakeServerHello:
		message.Version = serverVersion(handshake.body)
		message.cut = handshake.grows()
	default:
		message.cut = handshake.body == nil
		return message, isRecordChain(in.Payload)
	}
	return message, true
}

func isRecord(sample []byte) bool {
	return len(sample) > recordHeader &&
		sample[0] >= recordChangeCipherSpec && sample[0] <= recordApplicationData &&
		sample[1] == 3 && sample[2] <= 4 &&
		recordLength(sample) > 0 && recordLength(sample) <= maxRecord
}

func recordLength(sample []byte) int { return int(binary.BigEndian.Uint16(sample[3:])) }

// isRecordChain tells that another record follows where the first one ends, or
// that the sample ends before.
func isRecordChain(sample []byte) bool {
	end := recordHeader + recordLength(sample)
	return end+recordHeader >= len(sample) || isRecord(sample[end:])
}

// handshake is a handshake message, put together from the records that it may
// be spread over. Whole says that the sample does not cut it.
type handshake struct {
	kind   byte
	body   []byte
	length int // declared, bytes
	whole  bool
}

// grows says that more bytes can make the message whole within a sample.
func (h handshake) grows() bool { return !h.whole && h.length < MaxSample-recordHeader-4 }

// handshakeOf reads the header of a handshake message (RFC 8446 §4).
func handshakeOf(message []byte) handshake {
	if len(message) < 4 {
		return handshake{}
	}
	length := int(binary.BigEndian.Uint32(message) & 0xffffff)
	h := handshake{kind: message[0], body: message[4:], length: length}
	if h.whole = length <= len(h.body); h.whole {
		h.body = h.body[:length]
	}
	return h
}

// joinRecords copies only where more than one handshake record is there.
func joinRecords(sample []byte) []byte {
	first, rest := cutRecord(sample)
	if len(rest) <= recordHeader || rest[0] != recordHandshake {
		return first
	}
	joined := append(make([]byte, 0, len(sample)), first...)
	for len(rest) > recordHeader && rest[0] == recordHandshake && isRecord(rest) {
		var fragment []byte
		fragment, rest = cutRecord(rest)
		joined = append(joined, fragment...)
	}
	return joined
}

func cutRecord(sample []byte) (fragment, rest []byte) {
	end := min(recordHeader+recordLength(sample), len(sample))
	return sample[recordHeader:end], sample[end:]
}

// tellClientHello takes JA4's letter of what carries the hello: t for TCP, q for
// QUIC.
func tellClientHello(message *Message, h handshake, carrier byte) {
	var room helloRoom
	hello := room.hello()
	whole := hello.read(h.body)
	message.Server = hostName(hello.serverName)
	message.TLS.Version = versionText(hello.highestVersion())
	for _, name := range hello.alpn[:min(len(hello.alpn), maxALPN)] {
		message.TLS.ALPN = append(message.TLS.ALPN, mask.Printable(name, maxALPNName))
	}
	if h.whole && whole {
		message.TLS.JA4 = hello.ja4(carrier)
	}
}

// versionText is the name of a TLS version; SSL and unknown ones have none.
func versionText(version uint16) string {
	switch version {
	case 0x0304:
		return "1.3"
	case 0x0303:
		return "1.2"
	case 0x0302:
		return "1.1"
	case 0x0301:
		return "1.0"
	}
	return ""
}
