package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

const (
	// maxDomain is the longest domain name in text form (RFC 1035 §2.3.4).
	maxDomain = 253
	// maxEscaped is the longest in which every byte may be written as \DDD (§5.1), as
	// those of a tunnel are.
	maxEscaped = 4 * maxDomain
)

// Group is a destination: peers that count as one. Its first byte says what joins
// them, the rest identifies the group.
type Group [16]byte

// What joins the peers of a group.
const (
	// byDomain: the registered domain of their name (publicsuffix.org).
	byDomain = 'd'
	// bySystem: their autonomous system.
	bySystem = 'a'
	// byNetwork4 and byNetwork6: their /24 or /48.
	byNetwork4 = '4'
	byNetwork6 = '6'
	// byQuestion: the registered domain of the names asked for by DNS, whoever the
	// resolver is.
	byQuestion = 'q'
	// byWorkload: all peers of the workload that are not customary.
	byWorkload = 't'
)

// total is the group of all of a workload's outside destinations that are not
// customary.
var total = Group{byWorkload}

// domainGroup hashes the domain: an attacker who chooses names cannot make two of
// them meet.
func domainGroup(kind byte, domain string) Group {
	sum := sha256.Sum256([]byte(domain))
	g := Group{kind}
	copy(g[1:], sum[:])
	return g
}

func systemGroup(number uint32) Group {
	g := Group{bySystem}
	binary.BigEndian.PutUint32(g[1:], number)
	return g
}

func networkGroup(addr netip.Addr) Group {
	addr = addr.Unmap()
	if addr.Is4() {
		raw := addr.As4()
		return Group{byNetwork4, raw[0], raw[1], raw[2]}
	}
	raw := addr.As16()
	g := Group{byNetwork6}
	copy(g[1:7], raw[:6])
	return g
}

// hash spreads groups over a small table, as if at random (SplitMix64's finalizer,
// Steele et al., 2014): networks side by side too.
func (g *Group) hash() uint64 {
	low, high := binary.LittleEndian.Uint64(g[:]), binary.LittleEndian.Uint64(g[8:])
	h := low ^ high*0x9E3779B97F4A7C15
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// registered is the domain that somebody registered to have name under it, in
// lower case; empty where name is none, such as an address.
func registered(name string) string {
	name = strings.TrimSuffix(name, ".")
	if len(name) > maxEscaped || !strings.Contains(name, ".") || strings.HasPrefix(name, ".") ||
		strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		return ""
	}
	if last := name[len(name)-1]; '0' <= last && last <= '9' || last == ']' || strings.Contains(name, ":") {
		return "" // an address: no top-level domain ends in a digit
	}
	name = strings.ToLower(name)
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name // a public suffix itself
	}
	return domain
}
