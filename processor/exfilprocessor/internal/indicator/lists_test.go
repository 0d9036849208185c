package indicator

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// held makes Lists of texts, by file name in the order given.
func held(t testing.TB, namesAndTexts ...string) *Lists {
	l := &Lists{}
	for i := 0; i < len(namesAndTexts); i += 2 {
		l.files = append(l.files, &file{good: mustParse(t, namesAndTexts[i], namesAndTexts[i+1])})
	}
	l.publish()
	return l
}

func day(t testing.TB, text string) int64 {
	at, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return at.UnixNano()
}

func TestAddress(t *testing.T) {
	l := held(t,
		"wide.txt", "198.51.0.0/16 # wide\n198.51.100.0/24 # mid\n198.51.100.0/28 # first\n198.51.100.240/28 # last\n255.0.0.0/8\n2001:db8::/32\n2001:db8:0:1::/64\nffff::/16\n",
		"exact.txt", "198.51.100.3 # one\n2001:db8:0:1::1\n198.51.100.0/24 # again\n",
		"feed.json", `{"type":"bundle","objects":[
			{"type":"indicator","name":"brief","pattern":"[ipv4-addr:value='198.51.100.9']","valid_from":"2024-01-01T00:00:00Z","valid_until":"2024-01-03T00:00:00Z"},
			{"type":"indicator","name":"brief net","pattern":"[ipv4-addr:value='198.51.100.8/31']","valid_until":"2024-01-05T00:00:00Z"}]}`)
	tests := []struct{ addr, at, want string }{
		{"198.51.100.3", "2024-01-01", "exact.txt 198.51.100.3 one"},
		{"::ffff:198.51.100.3", "2024-01-01", "exact.txt 198.51.100.3 one"},
		{"198.51.100.4", "2024-01-01", "wide.txt 198.51.100.0/28 first"},
		{"198.51.100.15", "2024-01-01", "wide.txt 198.51.100.0/28 first"},
		{"198.51.100.16", "2024-01-01", "wide.txt 198.51.100.0/24 mid"},
		{"198.51.100.255", "2024-01-01", "wide.txt 198.51.100.240/28 last"},
		{"198.51.101.0", "2024-01-01", "wide.txt 198.51.0.0/16 wide"},
		{"198.52.0.0", "2024-01-01", ""},
		{"198.50.255.255", "2024-01-01", ""},
		{"0.0.0.0", "2024-01-01", ""},
		{"254.255.255.255", "2024-01-01", ""},
		{"255.255.255.255", "2024-01-01", "wide.txt 255.0.0.0/8 "},
		{"2001:db8:0:1::1", "2024-01-01", "exact.txt 2001:db8:0:1::1 "},
		{"2001:db8:0:1::1%eth0", "2024-01-01", "exact.txt 2001:db8:0:1::1 "},
		{"2001:db8:0:1::2", "2024-01-01", "wide.txt 2001:db8:0:1::/64 "},
		{"2001:db8:0:2::", "2024-01-01", "wide.txt 2001:db8::/32 "},
		{"2001:db9::", "2024-01-01", ""},
		{"ffff:ffff::", "2024-01-01", "wide.txt ffff::/16 "},

		{"198.51.100.9", "2023-12-31", "feed.json 198.51.100.8/31 brief net"},
		{"198.51.100.9", "2024-01-01", "feed.json 198.51.100.9 brief"},
		{"198.51.100.9", "2024-01-02", "feed.json 198.51.100.9 brief"},
		{"198.51.100.9", "2024-01-03", "feed.json 198.51.100.8/31 brief net"},
		{"198.51.100.9", "2024-01-05", "wide.txt 198.51.100.0/28 first"},
	}
	for _, test := range tests {
		m, ok := l.Address(netip.MustParseAddr(test.addr), day(t, test.at))
		require.Equal(t, test.want, tell(m, ok), "%s on %s", test.addr, test.at)
	}
	_, ok := l.Address(netip.Addr{}, 0)
	require.False(t, ok)
}

func tell(m Match, ok bool) string {
	if !ok {
		return ""
	}
	return m.List + " " + m.Entry() + " " + m.Description
}

func TestDomain(t *testing.T) {
	l := held(t,
		"a.txt", "bad.example\nvery.very.bad.example # deep\nhttp://page.example/x\nco.test\n",
		"b.txt", "bad.example # again\nvery.bad.example # mid\n",
		"feed.json", `{"type":"bundle","objects":[
			{"type":"indicator","pattern":"[domain-name:value='x.y.bad.example']","valid_from":"2024-01-01T00:00:00Z"}]}`)
	for name, want := range map[string]string{
		"bad.example":                 "a.txt bad.example ",
		"BAD.Example.":                "a.txt bad.example ",
		"www.bad.example":             "a.txt bad.example ",
		"very.bad.example":            "b.txt very.bad.example mid",
		"a.b.c.very.very.bad.example": "a.txt very.very.bad.example deep",
		"y.bad.example":               "a.txt bad.example ",
		"z.x.y.bad.example":           "feed.json x.y.bad.example ",
		"page.example":                "a.txt page.example ",
		"bad.example..":               "",
		"notbad.example":              "",
		"example":                     "",
		"bad.example.test":            "",
		"test":                        "",
		"":                            "",
		".":                           "",
		"..":                          "",
		".bad.example":                "a.txt bad.example ",
		strings.Repeat("a.", 127) + "bad.example":                          "",
		strings.Repeat("a.", 121) + "bad.example":                          "a.txt bad.example ",
		strings.Repeat("a", maxName-len(".bad.example")) + ".bad.example.": "a.txt bad.example ",
		strings.Repeat("a", maxName-len(".bad.example")) + "a.bad.example": "",
		"b\xffd.bad.example": "a.txt bad.example ",
	} {
		m, ok := l.Domain(name, day(t, "2024-06-01"))
		require.Equal(t, want, tell(m, ok), name)
		require.Equal(t, want != "" && m.Domain == "page.example", m.URL, name)
	}
	m, ok := l.Domain("x.y.bad.example", day(t, "2023-06-01"))
	require.Equal(t, "a.txt bad.example ", tell(m, ok), "not valid yet")
}

// TestAgainstPlainSearch compares with a look at every entry.
func TestAgainstPlainSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	addr := func() netip.Addr {
		if random.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{198, 51, byte(random.IntN(4)), byte(random.IntN(256))})
		}
		raw := netip.MustParseAddr("2001:db8::").As16()
		raw[7], raw[8], raw[15] = byte(random.IntN(4)), byte(random.IntN(4)), byte(random.IntN(256))
		return netip.AddrFrom16(raw)
	}
	for range 50 {
		var prefixes []netip.Prefix
		var text strings.Builder
		for range 1 + random.IntN(60) {
			a := addr()
			p, err := a.Prefix(a.BitLen() - random.IntN(min(a.BitLen()-minBits(a), 80)+1))
			require.NoError(t, err)
			prefixes = append(prefixes, p)
			text.WriteString(p.String() + "\n")
		}
		l := held(t, "a", text.String())
		for range 500 {
			a := addr()
			var want netip.Prefix
			for _, p := range prefixes {
				if p.Contains(a) && (!want.IsValid() || p.Bits() > want.Bits()) {
					want = p
				}
			}
			m, ok := l.Address(a, 0)
			require.Equal(t, want, m.Network, "%s in\n%s", a, text.String())
			require.Equal(t, want.IsValid(), ok)
		}
	}
}

// TestMany has tables grow, and filters err.
func TestMany(t *testing.T) {
	var texts [2]strings.Builder
	line := func(kind, i int) string {
		switch kind {
		case 0:
			return fmt.Sprintf("198.%d.%d.7", i/256, i%256)
		case 1:
			return fmt.Sprintf("2001:db8:%x::7", i)
		default:
			return fmt.Sprintf("n%d.host.example", i)
		}
	}
	const each = 10_000
	for i := range each {
		for kind := range 3 {
			texts[i%2].WriteString(line(kind, i) + "\n")
		}
	}
	l := held(t, "even", texts[0].String(), "odd", texts[1].String())
	require.Equal(t, 3*each, l.Entries())
	for i := range 2 * each {
		want := ""
		if i < each {
			want = []string{"even", "odd"}[i%2]
		}
		for kind := range 2 {
			m, _ := l.Address(netip.MustParseAddr(line(kind, i)), 0)
			require.Equal(t, want, m.List, line(kind, i))
		}
		m, _ := l.Domain("www."+line(2, i), 0)
		require.Equal(t, want, m.List, line(2, i))
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	l := held(t, "a", "198.51.100.7 # x\n198.51.0.0/16\nbad.example\n2001:db8::/32\n")
	addrs := []netip.Addr{netip.MustParseAddr("::ffff:198.51.100.7"), netip.MustParseAddr("198.51.1.1"), netip.MustParseAddr("2001:db8::1")}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, addr := range addrs {
			_, ok := l.Address(addr, 0)
			require.True(t, ok)
		}
		m, _ := l.Domain("A.rather.long.name.with.labels.BAD.example.", 0)
		class, _ := Class("store1.GoFile.io")
		if m.Domain != "bad.example" || class != ClassFileSharing {
			t.Fail()
		}
	}))
}

func TestEmpty(t *testing.T) {
	for _, l := range []*Lists{{}, New(Config{})} {
		require.Empty(t, l.Refresh(time.Unix(0, 0)))
		_, ok := l.Address(netip.MustParseAddr("198.51.100.1"), 0)
		require.False(t, ok)
		_, ok = l.Domain("bad.example", 0)
		require.False(t, ok)
		require.Zero(t, l.Entries())
	}
}
