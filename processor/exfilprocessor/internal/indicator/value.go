package indicator

import (
	"net/netip"
	"strings"
)

// value is one indicator: an address or network, or else a name.
type value struct {
	network netip.Prefix
	domain  string
	url     bool // the list names a page at this host
}

// parseValue reads an indicator of any kind as lists write it: defanged, with a
// port, with a wildcard in front, or as a URL.
func parseValue(text string) (value, bool) {
	text = refang(strings.TrimSpace(text))
	if v, ok := parseNetwork(text); ok {
		return v, true
	}
	if strings.Contains(text, "://") {
		return parseURL(text)
	}
	host, _, path := strings.Cut(text, "/")
	if _, isAddress := parseNetwork(host); path && isAddress {
		return value{}, false // a network with a length that it cannot have
	}
	v, ok := parseDomain(host)
	v.url = path
	return v, ok
}

// parseURL gives a URL's host. It names a page unless nothing follows the host.
func parseURL(text string) (value, bool) {
	_, rest, ok := strings.Cut(refang(text), "://")
	if !ok {
		return value{}, false
	}
	end := strings.IndexAny(rest, `/\?#`)
	page := end >= 0 && rest[end:] != "/"
	if end >= 0 {
		rest = rest[:end]
	}
	host := rest[strings.LastIndexByte(rest, '@')+1:]
	v, ok := parseNetwork(host)
	if !ok {
		v, ok = parseDomain(host)
	}
	v.url = page
	return v, ok
}

// parseNetwork takes an address, an address with a port, or a network. Host bits
// of a network are cleared.
func parseNetwork(text string) (value, bool) {
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return ofAddress(addr)
	}
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return ofAddress(withPort.Addr())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return value{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p.Bits() < minBits(p.Addr()) {
		return value{}, false
	}
	return value{network: p.Masked()}, true
}

func ofAddress(addr netip.Addr) (value, bool) {
	addr = addr.Unmap()
	return value{network: netip.PrefixFrom(addr, addr.BitLen())}, addr.Zone() == ""
}

func minBits(addr netip.Addr) int {
	if addr.Is4() {
		return minBits4
	}
	return minBits6
}

// refang undoes what reports do to indicators so that nobody follows them.
func refang(text string) string {
	if strings.Contains(text, "[") {
		text = defanged.Replace(text)
	}
	return text
}

var defanged = strings.NewReplacer("[.]", ".", "[:]", ":", "[://]", "://", "[dot]", ".")
