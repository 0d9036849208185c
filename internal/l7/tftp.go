package l7

import (
	"bytes"
	"encoding/binary"
)

// Packet types (RFC 1350 §5, RFC 2347).
const (
	tftpRead  = 1
	tftpWrite = 2
	tftpData  = 3
	tftpOACK  = 6

	maxTFTPRequest = 512 // bytes (RFC 2347)
)

// parseTFTP tells a request to read or write a file, over UDP. Its form is
// strict enough without the port; other packets count on a known flow only.
func parseTFTP(in Input) (Message, bool) {
	if !in.UDP || len(in.Payload) < 4 || in.Payload[0] != 0 {
		return Message{}, false
	}
	kind := binary.BigEndian.Uint16(in.Payload)
	message := Message{Protocol: "tftp"}
	switch {
	case kind == tftpRead || kind == tftpWrite:
		request, valid := readTFTPRequest(in.Payload[2:], kind == tftpWrite)
		message.TFTP = request
		return message, valid
	case kind >= tftpData && kind <= tftpOACK:
		return message, !in.fresh()
	}
	return Message{}, false
}

// readTFTPRequest reads a file name, a mode and options, each ended by a zero
// byte, up to the payload's end.
func readTFTPRequest(fields []byte, write bool) (TFTPRequest, bool) {
	request := TFTPRequest{Write: write, Read: !write}
	name, fields, named := bytes.Cut(fields, []byte{0})
	mode, fields, ended := bytes.Cut(fields, []byte{0})
	if !named || !ended || len(name)+len(fields) > maxTFTPRequest || !isText(name) || !isTFTPMode(mode) {
		return TFTPRequest{}, false
	}
	for len(fields) > 0 {
		var option, value []byte
		option, fields, named = bytes.Cut(fields, []byte{0})
		value, fields, ended = bytes.Cut(fields, []byte{0})
		if !named || !ended || !isText(option) || !isText(value) {
			return TFTPRequest{}, false
		}
		if write && bytes.EqualFold(option, []byte("tsize")) {
			request.Size, _ = number(value, maxBody)
		}
	}
	return request, true
}

// isTFTPMode tells a transfer mode; mail, long obsolete, is still to be seen.
func isTFTPMode(mode []byte) bool {
	for _, known := range [...]string{"octet", "netascii", "mail"} {
		if isName(mode, known) {
			return true
		}
	}
	return false
}

// isText tells bytes that a name is made of: any but control characters.
func isText(field []byte) bool {
	for _, c := range field {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return len(field) > 0
}
