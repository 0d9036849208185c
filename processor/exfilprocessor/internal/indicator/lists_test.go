package indicator

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// shelf is a folder of lists and a clock.
type shelf struct {
	*testing.T
	dir   string
	now   time.Time
	lists *Lists
}

func newShelf(t *testing.T, names ...string) *shelf {
	s := &shelf{T: t, dir: t.TempDir(), now: time.Unix(1_700_000_000, 0)}
	var cfg Config
	for _, name := range names {
		cfg.Files = append(cfg.Files, s.path(name))
	}
	require.NoError(t, cfg.Validate())
	s.lists = New(cfg)
	return s
}

func (s *shelf) path(name string) string { return filepath.Join(s.dir, name) }

// write puts text in place as a download should: by a rename.
func (s *shelf) write(name, text string) {
	require.NoError(s, os.WriteFile(s.path("new"), []byte(text), 0o600))
	require.NoError(s, os.Rename(s.path("new"), s.path(name)))
}

func (s *shelf) refresh() []Reload {
	s.now = s.now.Add(checkEvery)
	return s.lists.Refresh(s.now)
}

func (s *shelf) requireFailure(want error) {
	news := s.refresh()
	require.Len(s, news, 1)
	failure := (*FileError)(nil)
	require.ErrorAs(s, news[0].Err, &failure)
	require.Equal(s, news[0].Path, failure.Path)
	require.ErrorIs(s, news[0].Err, want)
	require.Empty(s, s.refresh(), "told once")
}

func (s *shelf) listed(name string) bool {
	_, ok := s.lists.Domain(name, 0)
	return ok
}

func TestReload(t *testing.T) {
	s := newShelf(t, "a.txt", "b.csv")
	news := s.refresh()
	require.Len(t, news, 2)
	require.ErrorIs(t, news[0].Err, fs.ErrNotExist)
	require.ErrorIs(t, news[1].Err, fs.ErrNotExist)
	require.Empty(t, s.refresh(), "told once")

	s.write("a.txt", "good.example\nno good\n198.51.100.7\n")
	require.Equal(t, []Reload{{Path: s.path("a.txt"), Format: Plain, Entries: 2, Malformed: 1, FirstMalformed: 2}}, s.refresh())
	require.True(t, s.listed("good.example"))
	require.Empty(t, s.refresh(), "nothing changed")

	s.write("b.csv", "domain\nother.example\n")
	require.Equal(t, []Reload{{Path: s.path("b.csv"), Format: CSV, Entries: 1}}, s.refresh())
	require.Equal(t, 3, s.lists.Entries())

	s.write("a.txt", "<html>not found</html>")
	s.requireFailure(ErrMarkup)
	require.True(t, s.listed("good.example"), "the last good content stays")
	require.True(t, s.listed("other.example"))
	s.write("a.txt", "<html>not there</html>")
	s.requireFailure(ErrMarkup) // another broken content is news

	s.write("a.txt", "")
	s.requireFailure(ErrEmpty)
	require.NoError(t, os.Remove(s.path("a.txt")))
	s.requireFailure(fs.ErrNotExist)
	require.NoError(t, os.Mkdir(s.path("a.txt"), 0o700))
	s.requireFailure(ErrNotRegular)
	require.NoError(t, os.Remove(s.path("a.txt")))
	s.requireFailure(fs.ErrNotExist)
	require.True(t, s.listed("good.example"))

	s.write("a.txt", "better.example\n")
	require.Equal(t, []Reload{{Path: s.path("a.txt"), Format: Plain, Entries: 1}}, s.refresh())
	require.True(t, s.listed("better.example"))
	require.False(t, s.listed("good.example"))
}

func TestReloadTypedErrors(t *testing.T) {
	s := newShelf(t, "a")
	s.write("a", "no good\n")
	news := s.refresh()
	malformed := (*MalformedError)(nil)
	require.ErrorAs(t, news[0].Err, &malformed)
	require.Equal(t, MalformedError{Format: Plain, Malformed: 1, First: 1}, *malformed)
	require.EqualError(t, news[0].Err, `indicator file "`+s.path("a")+`": no indicator in it: 1 malformed, the first is line 1, read as plain`)

	s.lists.files[0].limits.bytes = 20
	s.write("a", strings.Repeat("a.example\n", 10))
	news = s.refresh()
	limit := (*LimitError)(nil)
	require.ErrorAs(t, news[0].Err, &limit)
	require.Equal(t, LimitError{What: "file size", Max: 20, Unit: "bytes"}, *limit)
	require.Empty(t, s.refresh())
}

// TestReloadInPlace rewrites the same file with content of the same size: the
// time of change tells.
func TestReloadInPlace(t *testing.T) {
	s := newShelf(t, "a")
	s.write("a", "one.example\n")
	require.Len(t, s.refresh(), 1)
	require.NoError(t, os.WriteFile(s.path("a"), []byte("two.example\n"), 0o600))
	require.NoError(t, os.Chtimes(s.path("a"), time.Time{}, s.now.Add(time.Hour)))
	require.Len(t, s.refresh(), 1)
	require.True(t, s.listed("two.example"))
}

// TestReloadBySymlink is how Kubernetes replaces a mounted ConfigMap.
func TestReloadBySymlink(t *testing.T) {
	s := newShelf(t, "a")
	same := time.Unix(1_600_000_000, 0)
	for _, version := range []string{"one", "two"} {
		s.write(version, version+".example\n")
		require.NoError(t, os.Chtimes(s.path(version), same, same))
		require.NoError(t, os.Symlink(s.path(version), s.path("link")))
		require.NoError(t, os.Rename(s.path("link"), s.path("a")))
		require.Len(t, s.refresh(), 1)
		require.True(t, s.listed(version+".example"))
	}
	require.False(t, s.listed("one.example"))
}

func TestRefreshLooksSeldom(t *testing.T) {
	s := newShelf(t, "a")
	s.write("a", "one.example\n")
	require.Len(t, s.refresh(), 1)
	s.write("a", "two.example\n")
	require.Empty(t, s.lists.Refresh(s.now.Add(checkEvery-1)))
	require.True(t, s.listed("one.example"))
	require.Len(t, s.lists.Refresh(s.now.Add(-time.Hour)), 1, "a clock that was set back")
	require.True(t, s.listed("two.example"))
}

// TestReadWhileReloading is for the race detector: each look-up sees one whole
// list, the old or the new one.
func TestReadWhileReloading(t *testing.T) {
	s := newShelf(t, "a")
	s.write("a", "one.example\n198.51.100.7\n")
	require.Len(t, s.refresh(), 1)
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			_, one := s.lists.Domain("one.example", 0)
			_, two := s.lists.Domain("two.example", 0)
			_, addr := s.lists.Address(netip.MustParseAddr("198.51.100.7"), 0)
			if !addr || (!one && !two) {
				panic("a list was gone")
			}
		}
	})
	for i := range 50 {
		text := []string{"one.example\n198.51.100.0/24\n", "two.example\none.example\n198.51.100.7\n"}[i%2]
		s.write("a", text)
		require.Len(t, s.refresh(), 1)
	}
	close(done)
	readers.Wait()
}

func TestConfig(t *testing.T) {
	for want, files := range map[string][]string{
		"files[1]: must name a file":        {"a", ""},
		`files[2]: "./a" is files[0] again`: {"a", "b", "./a"},
		"files: at most 16, not 17":         make([]string, 17),
	} {
		cfg := Config{Files: files}
		require.EqualError(t, cfg.Validate(), want)
	}
	require.NoError(t, (&Config{}).Validate())
	require.True(t, errors.Is(&FileError{Err: ErrEmpty}, ErrEmpty))
}
