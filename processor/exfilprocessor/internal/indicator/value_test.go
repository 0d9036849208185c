package indicator

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func (v value) String() string {
	text := v.domain
	if v.network.IsValid() {
		text = v.network.String()
	}
	if v.url {
		text += " page"
	}
	return text
}

func TestParseValue(t *testing.T) {
	label := strings.Repeat("a", 63)
	for text, want := range map[string]string{
		"198.51.100.7":            "198.51.100.7/32",
		" 198.51.100.7 ":          "198.51.100.7/32",
		"198.51.100.7:443":        "198.51.100.7/32",
		"198.51.100.77/24":        "198.51.100.0/24",
		"198.51.100[.]7":          "198.51.100.7/32",
		"::ffff:198.51.100.7":     "198.51.100.7/32",
		"::ffff:198.51.100.0/120": "198.51.100.0/24",
		"2001:db8::1":             "2001:db8::1/128",
		"[2001:db8::1]":           "2001:db8::1/128",
		"[2001:db8::1]:443":       "2001:db8::1/128",
		"2001:DB8::/32":           "2001:db8::/32",
		"198.0.0.0/8":             "198.0.0.0/8",

		"Bad.Example":         "bad.example",
		"bad.example.":        "bad.example",
		"*.bad.example":       "bad.example",
		".bad.example":        "bad.example",
		"bad[.]example":       "bad.example",
		"bad.example:8443":    "bad.example",
		"_dmarc.bad.example":  "_dmarc.bad.example",
		"bücher.example":      "xn--bcher-kva.example",
		label + ".example":    label + ".example",
		"1.2.3.example":       "1.2.3.example",
		"bad.example/x.php":   "bad.example page",
		"http://bad.example":  "bad.example",
		"http://bad.example/": "bad.example",
		"hxxps[://]user:pw@bad[.]example:8080/a?b#c": "bad.example page",
		"http://bad.example?q=1":                     "bad.example page",
		"http://198.51.100.7:81/x":                   "198.51.100.7/32 page",
		"http://[2001:db8::1]/":                      "2001:db8::1/128",
		"ftp://bad.example/x@y":                      "bad.example page",
	} {
		v, ok := parseValue(text)
		require.True(t, ok, text)
		require.Equal(t, want, v.String(), text)
	}
	for _, text := range []string{
		"", " ", "word", "com", "localhost", "198.51.100.256", "198.51.100", "198.51.100.7/33", "0.0.0.0/0", "11.0.0.0/7",
		"::/0", "2001::/15", "fe80::1%eth0", "::ffff:0:0/96", "bad..example", "-.", ".", "*", "*.", "bad.example:x",
		"b d.example", "bad.example,x", label + "a.example", strings.Repeat("abc.", 64) + "example",
		"44d88612fea8a8f36de82e1278abb02f", "user@bad.example", "http://", "http:///x", "://bad.example:", "<html>.x",
		"bad\x00.example", "b\xffd.example", "bad.*.example",
	} {
		v, ok := parseValue(text)
		require.False(t, ok, "%q gave %s", text, v)
	}
}

func TestMatchEntry(t *testing.T) {
	for text, want := range map[string]string{
		"198.51.100.7": "198.51.100.7", "198.51.100.0/24": "198.51.100.0/24", "2001:db8::1": "2001:db8::1", "bad.example": "bad.example",
	} {
		v, ok := parseValue(text)
		require.True(t, ok)
		require.Equal(t, want, Match{Network: v.network, Domain: v.domain}.Entry())
	}
}

func FuzzValue(f *testing.F) {
	for _, seed := range []string{"198.51.100.7:443", "2001:db8::/32", "*.bad[.]example", "http://u@bad.example:1/x", "bücher.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseValue(text)
		if ok {
			requireUsable(t, v)
		}
	})
}

// requireUsable holds of every value that a parser gives: it can be indexed.
func requireUsable(t *testing.T, v value) {
	require.NotEqual(t, v.network.IsValid(), v.domain != "", "an address or a name")
	if v.domain != "" {
		require.True(t, isDomain(v.domain), v.domain)
		require.Equal(t, strings.ToLower(v.domain), v.domain)
		return
	}
	require.Equal(t, v.network.Masked(), v.network)
	require.False(t, v.network.Addr().Is4In6())
	require.GreaterOrEqual(t, v.network.Bits(), minBits(v.network.Addr()))
}
