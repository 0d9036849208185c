package engine

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"
)

func TestNamesThatAreRegistered(t *testing.T) {
	long := strings.Repeat("a.", 1000)
	for name, want := range map[string]string{
		"drop.example":                        "drop.example",
		"a.b.DROP.Example.":                   "drop.example",
		"www.shop.co.uk":                      "shop.co.uk",
		"bucket.s3.amazonaws.com":             "bucket.s3.amazonaws.com",
		"x.bucket.s3.eu-west-1.amazonaws.com": "bucket.s3.eu-west-1.amazonaws.com",
		"user.github.io":                      "user.github.io",
		"co.uk":                               "co.uk", // a public suffix itself
		"github.io":                           "github.io",
		"xn--bcher-kva.example":               "xn--bcher-kva.example",
		"_dmarc.drop.example":                 "drop.example",
		"localhost":                           "",
		"com":                                 "",
		"":                                    "",
		"a..drop.example":                     "", // a label has a letter at least
		"drop.example..":                      "",
		".":                                   "",
		"..":                                  "",
		".example.com":                        "",
		"203.0.113.9":                         "", // addresses
		"203.0.113.9.":                        "",
		"[2001:db8::9]":                       "",
		"2001:db8::9":                         "",
		"::ffff:203.0.113.9":                  "",
		"drop.example:443":                    "",
		long + "example":                      "",
	} {
		require.Equal(t, want, registered(name), name)
	}
}

func TestNetworkGroup(t *testing.T) {
	of := func(addr string) Group { return networkGroup(netip.MustParseAddr(addr)) }
	require.Equal(t, of("203.0.113.9"), of("203.0.113.200"))
	require.NotEqual(t, of("203.0.113.9"), of("203.0.114.9"))
	require.Equal(t, of("203.0.113.9"), of("::ffff:203.0.113.9"), "the same address in another notation")
	require.NotEqual(t, of("::ffff:203.0.113.9"), of("::ffff:198.51.100.9"))
	require.Equal(t, of("2001:db8:1:2::9"), of("2001:db8:1:ffff::1"))
	require.NotEqual(t, of("2001:db8:1::9"), of("2001:db8:2::9"))
	require.NotEqual(t, of("0.0.0.0"), of("::"))
}

// What joins two groups tells them apart, whatever else is alike.
func TestGroupsOfDifferentKinds(t *testing.T) {
	seen := make(map[Group]string)
	for name, g := range map[string]Group{
		"domain": domainGroup(byDomain, "drop.example"), "question": domainGroup(byQuestion, "drop.example"),
		"system": systemGroup(64_500), "another system": systemGroup(64_501),
		"network": networkGroup(netip.MustParseAddr("0.0.251.244")), "total": total,
	} {
		require.NotContains(t, seen, g, name)
		seen[g] = name
	}
}

func TestNamesAreRemembered(t *testing.T) {
	n := newNames(byDomain, 4)
	for range 3 {
		for _, name := range []string{"a.drop.example", "b.drop.example", "c.other.example", "d.drop.example", "203.0.113.9", "e.other.example"} {
			g, ok := n.group(name)
			require.Equal(t, registered(name) != "", ok, name)
			if ok {
				require.Equal(t, domainGroup(byDomain, registered(name)), g, name)
			}
		}
	}
}

// Any name: nothing longer than it comes out, and what does is itself registered.
func FuzzRegistered(f *testing.F) {
	for _, name := range []string{"a.b.example", "co.uk", "203.0.113.9", "[::1]", "..", "\xff.\x00", "İ.example"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		domain := registered(name)
		if domain == "" {
			return
		}
		require.Equal(t, domain, registered(domain))
		require.True(t, strings.HasSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), domain))
		require.NotContains(t, domain, "..")
		suffix, _ := publicsuffix.PublicSuffix(domain)
		require.NotEmpty(t, suffix)
	})
}
