package l7

import (
	"bytes"
	"net/netip"
)

// passiveAddress reads "h1,h2,h3,h4,p1,p2" as in reply 227 and PORT (RFC 959
// §4.1.2), wherever it stands in text.
func passiveAddress(text []byte) netip.AddrPort {
	start := bytes.IndexAny(text, "0123456789")
	if start < 0 {
		return netip.AddrPort{}
	}
	var fields [6]byte
	rest := text[start:]
	for i := range fields {
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n, valid := number(rest[:end], 255)
		if !valid || i < len(fields)-1 && (end >= len(rest) || rest[end] != ',') {
			return netip.AddrPort{}
		}
		fields[i] = byte(n)
		rest = rest[min(end+1, len(rest)):]
	}
	address := netip.AddrFrom4([4]byte(fields[:4]))
	return netip.AddrPortFrom(address, uint16(fields[4])<<8|uint16(fields[5]))
}

// longAddress reads "4,4,h1,h2,h3,h4,2,p1,p2" or its form for IPv6, "6,16,…", as
// in LPRT and reply 228 (RFC 1639), wherever it stands in text.
func longAddress(text []byte) netip.AddrPort {
	start := bytes.IndexAny(text, "0123456789")
	if start < 0 {
		return netip.AddrPort{}
	}
	var fields [2 + 16 + 3]byte // family, length, address, length, port
	n := 0
	for field := range bytes.SplitSeq(text[start:], []byte(",")) {
		if field = bytes.TrimRightFunc(field, notDigit); n == len(fields) {
			return netip.AddrPort{}
		}
		value, valid := number(field, 255)
		if !valid {
			return netip.AddrPort{}
		}
		fields[n] = byte(value)
		n++
	}
	size := int(fields[1])
	address, ok := netip.AddrFromSlice(fields[2 : 2+min(size, 16)])
	if !ok || n != size+5 || fields[2+size] != 2 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(address.Unmap(), uint16(fields[3+size])<<8|uint16(fields[4+size]))
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// extendedPassivePort reads "(|||port|)" of reply 229 (RFC 2428 §3). The
// address is the server's own, which the line does not repeat.
func extendedPassivePort(text []byte) netip.AddrPort {
	_, inside, found := bytes.Cut(text, []byte("("))
	if !found || len(inside) < 5 || inside[1] != inside[0] || inside[2] != inside[0] {
		return netip.AddrPort{}
	}
	digits, _, closed := bytes.Cut(inside[3:], inside[:1])
	port, valid := number(digits, 65535)
	if !closed || !valid {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(netip.Addr{}, uint16(port))
}

// extendedAddress reads "|1|192.0.2.1|6275|" or "|2|2001:db8::1|5282|" of EPRT
// (RFC 2428 §2). The delimiter is whatever comes first.
func extendedAddress(argument []byte) netip.AddrPort {
	argument = bytes.TrimSpace(argument)
	if len(argument) < 8 {
		return netip.AddrPort{}
	}
	fields := bytes.SplitN(argument, argument[:1], 6)
	if len(fields) != 5 || len(fields[2]) > 45 {
		return netip.AddrPort{}
	}
	address, err := netip.ParseAddr(string(fields[2]))
	port, valid := number(fields[3], 65535)
	if err != nil || !valid || address.Zone() != "" {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(address.Unmap(), uint16(port))
}
