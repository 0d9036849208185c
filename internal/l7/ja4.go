package l7

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

const hexDigits = "0123456789abcdef"

// ja4 is the JA4 TLS client fingerprint, by FoxIO's technical details:
// https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
func (h *clientHello) ja4(carrier byte) string {
	fingerprint := make([]byte, 0, 36)
	fingerprint = append(fingerprint, carrier)
	fingerprint = append(fingerprint, ja4Version(h.highestVersion())...)
	if slices.Contains(h.extensions, extensionServerName) {
		fingerprint = append(fingerprint, 'd')
	} else {
		fingerprint = append(fingerprint, 'i')
	}
	fingerprint = appendCount(fingerprint, len(h.ciphers))
	fingerprint = appendCount(fingerprint, len(h.extensions))
	fingerprint = append(fingerprint, ja4ALPN(h.alpn)...)
	fingerprint = append(fingerprint, '_')
	fingerprint = appendHash(fingerprint, h.ciphers, nil)
	fingerprint = append(fingerprint, '_')
	var room [32]uint16
	return string(appendHash(fingerprint, h.ja4Extensions(room[:0]), h.signatures))
}

// ja4Extensions leaves out what the first part already tells.
func (h *clientHello) ja4Extensions(list []uint16) []uint16 {
	for _, kind := range h.extensions {
		if kind != extensionServerName && kind != extensionALPN {
			list = append(list, kind)
		}
	}
	return list
}

func ja4Version(version uint16) string {
	switch version {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	}
	return "00"
}

func appendCount(dst []byte, n int) []byte {
	n = min(n, 99)
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

// ja4ALPN is the first and the last character of the first protocol, or of its
// hexadecimal form where one of the two is not alphanumeric.
func ja4ALPN(alpn [][]byte) string {
	if len(alpn) == 0 || len(alpn[0]) == 0 {
		return "00"
	}
	first, last := alpn[0][0], alpn[0][len(alpn[0])-1]
	if isAlphanumeric(first) && isAlphanumeric(last) {
		return string([]byte{first, last})
	}
	return string([]byte{hexDigits[first>>4], hexDigits[last&0xf]})
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// appendHash appends the first 12 hexadecimal digits of the SHA-256 of the
// sorted list, followed by "_" and the tail as it is, if any.
func appendHash(dst []byte, list, tail []uint16) []byte {
	if len(list) == 0 {
		return append(dst, "000000000000"...)
	}
	var sorting [64]uint16
	var writing [512]byte
	sorted := append(sorting[:0], list...)
	slices.Sort(sorted)
	text := appendHex(writing[:0], sorted)
	if len(tail) > 0 {
		text = appendHex(append(text, '_'), tail)
	}
	sum := sha256.Sum256(text)
	return hex.AppendEncode(dst, sum[:6])
}

func appendHex(dst []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, hexDigits[v>>12], hexDigits[v>>8&0xf], hexDigits[v>>4&0xf], hexDigits[v&0xf])
	}
	return dst
}
