package l7

import (
	"golang.org/x/crypto/cryptobyte"
)

// Extension numbers (IANA TLS ExtensionType Values).
const (
	extensionServerName          = 0
	extensionSignatureAlgorithms = 13
	extensionALPN                = 16
	extensionSupportedVersions   = 43
)

// clientHello is a ClientHello (RFC 8446 §4.1.2) as far as the sample holds it.
// Lists keep the order of the wire; GREASE values (RFC 8701) are left out.
type clientHello struct {
	legacyVersion uint16
	ciphers       []uint16
	extensions    []uint16
	versions      []uint16
	signatures    []uint16
	serverName    []byte
	alpn          [][]byte
}

// helloRoom is where the lists of an ordinary hello have their place, so that
// none is allocated.
type helloRoom struct {
	ciphers                          [64]uint16
	extensions, signatures, versions [32]uint16
	alpn                             [4][]byte
}

func (r *helloRoom) hello() clientHello {
	return clientHello{ciphers: r.ciphers[:0], extensions: r.extensions[:0], signatures: r.signatures[:0],
		versions: r.versions[:0], alpn: r.alpn[:0]}
}

// read reads what is there into an empty clientHello. Whole says that nothing
// was missing.
func (h *clientHello) read(body []byte) (whole bool) {
	s := cryptobyte.String(body)
	var session, ciphers, compression cryptobyte.String
	if !s.ReadUint16(&h.legacyVersion) || !s.Skip(32) ||
		!s.ReadUint8LengthPrefixed(&session) ||
		!s.ReadUint16LengthPrefixed(&ciphers) ||
		!s.ReadUint8LengthPrefixed(&compression) {
		return false
	}
	h.ciphers = readList(h.ciphers, ciphers)
	if s.Empty() {
		return true // TLS 1.2 and before may have no extensions
	}
	var length uint16
	if !s.ReadUint16(&length) {
		return false
	}
	cut := int(length) > len(s)
	return h.readExtensions(s[:min(int(length), len(s))]) && !cut
}

func (h *clientHello) readExtensions(s cryptobyte.String) bool {
	for !s.Empty() {
		var kind uint16
		var content cryptobyte.String
		if !s.ReadUint16(&kind) || !s.ReadUint16LengthPrefixed(&content) {
			return false
		}
		if !isGREASE(kind) {
			h.extensions = append(h.extensions, kind)
			h.readExtension(kind, content)
		}
	}
	return true
}

func (h *clientHello) readExtension(kind uint16, content cryptobyte.String) {
	var list cryptobyte.String
	switch kind {
	case extensionServerName:
		h.serverName = readServerName(content)
	case extensionALPN:
		h.alpn = readALPN(h.alpn[:0], content)
	case extensionSupportedVersions:
		if content.ReadUint8LengthPrefixed(&list) {
			h.versions = readList(h.versions[:0], list)
		}
	case extensionSignatureAlgorithms:
		if content.ReadUint16LengthPrefixed(&list) {
			h.signatures = readList(h.signatures[:0], list)
		}
	}
}

// readServerName returns the first host_name (RFC 6066 §3).
func readServerName(content cryptobyte.String) []byte {
	var list, name cryptobyte.String
	var kind uint8
	if !content.ReadUint16LengthPrefixed(&list) {
		return nil
	}
	for list.ReadUint8(&kind) && list.ReadUint16LengthPrefixed(&name) {
		if kind == 0 {
			return name
		}
	}
	return nil
}

func readALPN(names [][]byte, content cryptobyte.String) [][]byte {
	var list, name cryptobyte.String
	if !content.ReadUint16LengthPrefixed(&list) {
		return nil
	}
	for len(names) < maxALPN && list.ReadUint8LengthPrefixed(&name) {
		names = append(names, name)
	}
	return names
}

func readList(list []uint16, s cryptobyte.String) []uint16 {
	for v := uint16(0); s.ReadUint16(&v); {
		if !isGREASE(v) {
			list = append(list, v)
		}
	}
	return list
}

func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// highestVersion is that of supported_versions, else the legacy one.
func (h *clientHello) highestVersion() uint16 {
	highest := uint16(0)
	for _, version := range h.versions {
		highest = max(highest, version)
	}
	if len(h.versions) == 0 {
		return h.legacyVersion
	}
	return highest
}

// serverVersion is the version that a ServerHello chose (RFC 8446 §4.1.3).
func serverVersion(body []byte) string {
	s := cryptobyte.String(body)
	var legacy, cipher uint16
	var session, extensions cryptobyte.String
	var compression uint8
	if !s.ReadUint16(&legacy) || !s.Skip(32) || !s.ReadUint8LengthPrefixed(&session) ||
		!s.ReadUint16(&cipher) || !s.ReadUint8(&compression) {
		return ""
	}
	if s.Empty() {
		return versionText(legacy)
	}
	if !s.ReadUint16LengthPrefixed(&extensions) {
		return ""
	}
	for !extensions.Empty() {
		var kind, version uint16
		var content cryptobyte.String
		if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&content) {
			return ""
		}
		if kind == extensionSupportedVersions && content.ReadUint16(&version) {
			return versionText(version)
		}
	}
	return versionText(legacy)
}
