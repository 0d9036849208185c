package indicator

import (
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
