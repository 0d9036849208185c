package capture

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func texts(frames []got) []string {
	var out []string
	for _, f := range frames {
		out = append(out, f.data)
	}
	return out
}

func TestGlobInOrderOfNames(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "cap10"), pcapOf(t, 0, "ten"))
	write(t, filepath.Join(dir, "cap2"), pcapOf(t, 90, "two"))
	write(t, filepath.Join(dir, "cap3"), []byte("no capture at all"))
	write(t, filepath.Join(dir, "cap4"), gzipped(pcapOf(t, 5, "four", "cut"))[:40])
	write(t, filepath.Join(dir, "other"), pcapOf(t, 90, "other"))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "cap5"), 0o700))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "cap1")))
	var p problems
	s, err := Open(Options{Path: filepath.Join(dir, "cap*"), Problem: p.add})
	require.NoError(t, err)
	require.Equal(t, []string{"two", "ten"}, texts(all(t, s)))
	require.Len(t, p.all, 2, "%v", p.all)

	_, err = Open(Options{Path: filepath.Join(dir, "none*")})
	require.ErrorContains(t, err, "no file there")
	_, err = Open(Options{Path: filepath.Join(dir, "[")})
	require.ErrorContains(t, err, "syntax error in pattern")
	_, err = Open(Options{Path: filepath.Join(dir, "cap5")})
	require.ErrorContains(t, err, "no file there")
}

func TestDirectoryInOrderOfFirstPackets(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), pcapOf(t, 20, "third"))
	write(t, filepath.Join(dir, "b"), zstandard(pcapOf(t, 10, "second")))
	write(t, filepath.Join(dir, "c"), pcapOf(t, 0, "first"))
	write(t, filepath.Join(dir, ".hidden"), pcapOf(t, 0, "hidden"))
	s, err := Open(Options{Path: dir, Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	require.Equal(t, []string{"first", "second", "third"}, texts(all(t, s)))
}

func TestNaturalOrder(t *testing.T) {
	names := []string{"cap10", "cap", "cap2", "cap02", "cap1.gz", "cap1", "b", "cap_2026-01-10", "cap_2026-01-9", ""}
	slices.SortFunc(names, compareNatural)
	require.Equal(t, []string{"", "b", "cap", "cap1", "cap1.gz", "cap02", "cap2", "cap10", "cap_2026-01-9", "cap_2026-01-10"}, names)
}

func TestStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	stdin := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = stdin }()
	s, err := Open(Options{Path: "-", Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	data := gzipped(pcapOf(t, 0, "one", "two"))
	go func() {
		_, _ = w.Write(data)
		_ = w.Close()
	}()
	require.Equal(t, []string{"one", "two"}, texts(all(t, s)))

	_, err = Open(Options{Path: "-", Follow: true})
	require.ErrorContains(t, err, "cannot be followed")
}

func TestCloseWakesStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	stdin := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = stdin }()
	s, err := Open(Options{Path: "-", Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	_, err = w.Write(pcapOf(t, 0, "one"))
	require.NoError(t, err)
	var f Frame
	require.NoError(t, s.Next(&f))
	ended := make(chan error)
	go func() { ended <- s.Next(&f) }()
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-ended, os.ErrClosed)
	require.ErrorIs(t, s.Next(&f), os.ErrClosed)
	require.NoError(t, s.Close())
}

func TestTimesGoOnOverFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "1"), pcapOf(t, 0, "one"))
	write(t, filepath.Join(dir, "2"), pcapOf(t, -epoch, "of 1970"))
	var p problems
	s, err := Open(Options{Path: filepath.Join(dir, "*"), Problem: p.add})
	require.NoError(t, err)
	frames := all(t, s)
	require.Equal(t, epoch*int64(time.Second)+1000, frames[1].time)
	require.Len(t, p.all, 1)
}

func TestEOFStays(t *testing.T) {
	s, err := Open(Options{Path: file(t, pcapOf(t, 0))})
	require.NoError(t, err)
	var f Frame
	require.Equal(t, io.EOF, s.Next(&f))
	require.Equal(t, io.EOF, s.Next(&f))
}
