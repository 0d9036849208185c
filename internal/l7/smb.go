package l7

import (
	"bytes"
	"encoding/binary"
)

const (
	// netbiosHeader precedes each message: a zero byte and the length in three
	// more, over TCP port 445 as over a NetBIOS session ([MS-SMB2] §2.1).
	netbiosHeader = 4
	// maxSMB is the largest message, in bytes: what a server may negotiate to
	// read or write at once, 8 MiB, and its header.
	maxSMB = 8<<20 + 1024

	smb1Header = 32 // bytes
	smb2Header = 64

	smbNegotiate = 0    // SMB 2 and 3 command
	smb1Reply    = 0x80 // in the flags of SMB 1
	smb2Reply    = 0x01 // in the flags of SMB 2
)

// parseSMB tells a message of SMB 1 ([MS-CIFS] §2.2.3), of SMB 2 and 3
// ([MS-SMB2] §2.2), and an encrypted or compressed one. The version is known
// from the server's answer to Negotiate.
func parseSMB(in Input) (Message, bool) {
	if in.UDP || len(in.Payload) < netbiosHeader+4 {
		return Message{}, false
	}
	if isSessionRequest(in.Payload) {
		return Message{Protocol: "smb"}, true
	}
	length := int(binary.BigEndian.Uint32(in.Payload))
	message := in.Payload[netbiosHeader:]
	if length > maxSMB || length < smb1Header || !bytes.Equal(message[1:4], []byte("SMB")) {
		return Message{}, false
	}
	told := Message{Protocol: "smb"}
	switch message[0] {
	case 0xff:
		told.Version, told.cut = smb1Version(message)
	case 0xfe:
		told.Version, told.cut = smb2Version(message)
	case 0xfd, 0xfc: // encrypted (§2.2.41), compressed (§2.2.42)
	default:
		return Message{}, false
	}
	return told, true
}

// isSessionRequest tells a NetBIOS session request (RFC 1002 §4.3.2): two names
// of 34 bytes, each 32 letters between a length and a zero.
func isSessionRequest(sample []byte) bool {
	const name = 34
	if len(sample) < netbiosHeader+2*name || !bytes.Equal(sample[:netbiosHeader], []byte{0x81, 0, 0, 2 * name}) {
		return false
	}
	for at := netbiosHeader; at < netbiosHeader+2*name; at += name {
		letters := bytes.TrimFunc(sample[at+1:at+name-1], func(r rune) bool { return r >= 'A' && r <= 'P' })
		if sample[at] != name-2 || len(letters) > 0 || sample[at+name-1] != 0 {
			return false
		}
	}
	return true
}

// smb1Version is 1 once a server speaks SMB 1: clients only offer it.
func smb1Version(message []byte) (version string, cut bool) {
	if len(message) < smb1Header {
		return "", true
	}
	if message[9]&smb1Reply == 0 {
		return "", false
	}
	return "1", false
}

// smb2Version is the dialect of a Negotiate response ([MS-SMB2] §2.2.4).
func smb2Version(message []byte) (version string, cut bool) {
	const dialect = smb2Header + 4
	if len(message) < 20 {
		return "", true
	}
	if binary.LittleEndian.Uint16(message[12:]) != smbNegotiate || message[16]&smb2Reply == 0 {
		return "", false
	}
	if len(message) < dialect+2 {
		return "", true
	}
	switch binary.LittleEndian.Uint16(message[dialect:]) {
	case 0x0202:
		return "2.0.2", false
	case 0x0210:
		return "2.1", false
	case 0x0300:
		return "3.0", false
	case 0x0302:
		return "3.0.2", false
	case 0x0311:
		return "3.1.1", false
	}
	return "", false // 0x02ff: a second Negotiate follows
}
