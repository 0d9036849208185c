package l7

import (
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	dnsHeader = 12  // bytes
	maxName   = 255 // bytes on the wire (RFC 1035 §2.3.4)
)

// question is the header of a message and the first question in it.
type question struct {
	flags       uint16
	response    bool
	name        string
	kind, class uint16
	end         int  // offset behind it
	cut         bool // the sample ends within it: name and kind are not known
}

// readQuestion reads by hand what dnsmessage refuses and resolvers forward:
// labels of any bytes, a tunnel's among them. It finds nothing where the header
// is not that of a query with one question, or of its response.
func readQuestion(message []byte) (q question, found bool) {
	if len(message) < dnsHeader {
		return q, false
	}
	const response, opcode = 0x8000, 0x7800
	q.flags = binary.BigEndian.Uint16(message[2:])
	q.response = q.flags&response != 0
	if q.flags&opcode != 0 || binary.BigEndian.Uint16(message[4:]) != 1 {
		return q, false
	}
	name, end, whole := readName(message)
	if whole && end+4 <= len(message) {
		q.name, q.end = name, end+4
		q.kind, q.class = binary.BigEndian.Uint16(message[end:]), binary.BigEndian.Uint16(message[end+2:])
		return q, true
	}
	q.cut = true
	return q, true
}

// readName reads an uncompressed name in lower case, without the last dot.
func readName(message []byte) (name string, end int, whole bool) {
	var text strings.Builder
	for at := dnsHeader; at < len(message); {
		length := int(message[at])
		at++
		switch {
		case length == 0:
			return text.String(), at, true
		case length > 63 || at+length > len(message) || at+length-dnsHeader > maxName:
			return "", 0, false
		case text.Len() > 0:
			text.WriteByte('.')
		}
		writeLabel(&text, message[at:at+length])
		at += length
	}
	return "", 0, false
}

// writeLabel writes what does not print as \DDD, and a dot or backslash within
// the label behind a backslash (RFC 1035 §5.1).
func writeLabel(text *strings.Builder, label []byte) {
	for _, c := range label {
		switch {
		case c == '.' || c == '\\':
			text.WriteByte('\\')
			text.WriteByte(c)
		case c <= ' ' || c > '~':
			text.WriteByte('\\')
			text.Write([]byte{'0' + c/100, '0' + c/10%10, '0' + c%10})
		case c >= 'A' && c <= 'Z':
			text.WriteByte(c + 'a' - 'A')
		default:
			text.WriteByte(c)
		}
	}
}

// questionType is a type's mnemonic, or TYPEn (RFC 3597 §5).
func questionType(kind uint16) string {
	switch kind {
	case 0:
		return ""
	case 10:
		return "NULL"
	case 255:
		return "ANY"
	}
	if name, known := strings.CutPrefix(dnsmessage.Type(kind).String(), "Type"); known {
		return name
	}
	return "TYPE" + strconv.Itoa(int(kind))
}
