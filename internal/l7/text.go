package l7

import (
	"bytes"
	"net/netip"
	"strings"
)

// maxHostName is the length of the longest DNS name in text (RFC 1035 §2.3.4).
const maxHostName = 253

// maxAuthority bounds a host with user information and port, in bytes.
const maxAuthority = 1024

// nextLine cuts the first line off sample, without its line end. Ended says
// that the line's end was seen rather than the sample's.
func nextLine(sample []byte) (line, rest []byte, ended bool) {
	line, rest, ended = bytes.Cut(sample, []byte("\n"))
	if ended {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	return line, rest, ended
}

// hostName returns the host of an authority ("user@Host:port", "[::1]:80") in
// lower case, or nothing where it is no host name: a name that no resolver
// could have taken says nothing about the peer.
func hostName[T ~string | ~[]byte](authority T) string {
	if len(authority) > maxAuthority {
		return ""
	}
	host := strings.TrimSpace(string(authority))
	host = host[strings.LastIndexByte(host, '@')+1:]
	if bracketed, isIPv6 := strings.CutPrefix(host, "["); isIPv6 {
		return addressText(bracketed)
	}
	host, _, _ = strings.Cut(host, ":")
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > maxHostName || strings.ContainsFunc(host, notInHostName) {
		return ""
	}
	return strings.ToLower(host)
}

func addressText(bracketed string) string {
	inside, _, _ := strings.Cut(bracketed, "]")
	address, err := netip.ParseAddr(inside)
	if err != nil || address.Zone() != "" {
		return ""
	}
	return address.String()
}

func notInHostName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
}

// number reads a decimal number of digits only, at most limit.
func number[T ~string | ~[]byte](digits T, limit int64) (int64, bool) {
	if len(digits) == 0 {
		return 0, false
	}
	var n int64
	for i := range len(digits) {
		digit := int64(digits[i]) - '0'
		if digit < 0 || digit > 9 || n > (limit-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, true
}
