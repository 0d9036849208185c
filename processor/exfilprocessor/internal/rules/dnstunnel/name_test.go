package dnstunnel

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

func TestInformation(t *testing.T) {
	for below, want := range map[string]float64{
		"":                         0,
		"...":                      0,
		"deadbeef":                 4,
		"0123456789":               10 * 3.3 / 8,
		"DEADBEEF12.":              5,
		"word-word":                4.5,
		"mfrggzdfmztwq2lk":         10,
		"ab.cd.ef.gh":              4,
		`\200\201\032x`:            3.5,
		`a\.b`:                     3 * 7.0 / 8,
		`a\`:                       2 * 7.0 / 8,
		"\xff\xfe":                 2 * 7.0 / 8,
		strings.Repeat("a2z.", 63): 3 * 63 * 5 / 8.0,
	} {
		require.InDelta(t, want, information(below), 1e-9, below)
	}
}

func TestHash(t *testing.T) {
	require.Equal(t, hash(1, "Www.LONGER-than-8"), hash(1, "wWW.longer-than-8"))
	seen := map[uint64]string{}
	for _, name := range []string{"", "a", "b", "aa", "ab", "a.b", "abcdefgh", "abcdefgi", "abcdefgha", "bbcdefgh", "abcdefghabcdefgh"} {
		for seed := range uint64(3) {
			h := hash(seed, name)
			require.Empty(t, seen[h])
			seen[h] = name + "!"
		}
	}
}

func TestIgnoredIsSorted(t *testing.T) {
	all := map[string]bool{}
	for _, kind := range ignored {
		require.True(t, slices.IsSorted(kind.domains), kind.kind)
		for _, domain := range kind.domains {
			require.True(t, isDomain(domain), domain)
			require.Equal(t, canonical(domain), domain)
			require.False(t, all[domain], domain)
			all[domain] = true
			class, _ := indicator.Class(domain)
			require.Empty(t, class, "%s is known for carrying data away", domain)
		}
	}
}

func TestAttention(t *testing.T) {
	d := newDomains([]string{"lookup.vendor.example", "Corp.example."})
	for domain, want := range map[string]attention{
		"cluster.local":           not,
		"bucket.s3.amazonaws.com": not,
		"notamazonaws.com":        closely,
		"vendor.example":          partly,
		"corp.example":            not,
		"9.in-addr.arpa":          reverse,
		"0.ip6.arpa":              reverse,
		"evil.example":            closely,
		"":                        closely,
	} {
		require.Equal(t, want, d.of(domain), domain)
	}
	require.True(t, d.covers("x.lookup.vendor.example"))
	require.False(t, d.covers("xlookup.vendor.example"))
}

func TestIsAddress(t *testing.T) {
	for _, below := range []string{"1.2.3", "255", "0-25.1.2", "128/25.1", "a.b.c.0.1", "F"} {
		require.True(t, isAddress(below), below)
	}
	for _, below := range []string{"g", "ab", "1.2.data", "12345678", "", "1..2", "-x"} {
		require.False(t, isAddress(below), below)
	}
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*Config){
		"min_bytes":           func(c *Config) { c.MinBytes = 0 },
		"min_daily_bytes":     func(c *Config) { c.MinDailyBytes = 1 },
		"ignore_domains: [1]": func(c *Config) { c.IgnoreDomains = []string{"a.example", "*.b.example"} },
		"ignore_domains: [0]": func(c *Config) { c.IgnoreDomains = []string{"."} },
	} {
		bad := DefaultConfig()
		change(&bad)
		require.ErrorContains(t, bad.Validate(), want)
	}
	encrypted := DefaultEncryptedConfig()
	require.NoError(t, encrypted.Validate())
	encrypted.MinBytes = 0
	require.ErrorContains(t, encrypted.Validate(), "min_bytes")
}
