package capture

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// following is a source whose Next is called by a goroutine, in a bubble of fake time.
type reading struct {
	t      *testing.T
	source Source
	frames []got
	ended  chan error
	problems
}

func startReading(t *testing.T, path string) *reading {
	r := &reading{t: t, ended: make(chan error, 1)}
	var err error
	r.source, err = Open(Options{Path: path, Follow: true, Poll: time.Second, Problem: r.add})
	require.NoError(t, err)
	go func() {
		var f Frame
		for {
			if err := r.source.Next(&f); err != nil {
				r.ended <- err
				return
			}
			r.frames = append(r.frames, copyOf(&f))
		}
	}()
	return r
}

// expect waits a few polls and compares what has come since.
func (r *reading) expect(want ...string) {
	r.t.Helper()
	<-time.After(3 * time.Second) // of the bubble
	synctest.Wait()
	require.Equal(r.t, want, texts(r.frames))
	r.frames = nil
}

func (r *reading) stop() {
	require.NoError(r.t, r.source.Close())
	require.ErrorIs(r.t, <-r.ended, os.ErrClosed)
}

func grow(t *testing.T, path string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	require.NoError(t, err)
	_, err = f.Write(data)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestFollowDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		write(t, at("cap1"), pcapOf(t, 10, "one"))
		write(t, at("cap0"), pcapOf(t, 0, "zero"))
		write(t, at("notes"), []byte("no capture, and newer"))
		r := startReading(t, dir)
		r.expect("zero", "one")
		require.Len(t, r.all, 1)

		whole := pcapOf(t, 10, "one", "grown")
		grow(t, at("cap1"), whole[len(pcapOf(t, 10, "one")):len(whole)-3])
		r.expect()
		grow(t, at("cap1"), whole[len(whole)-3:])
		r.expect("grown")

		grow(t, at("cap2"), nil)
		r.expect()
		two := pcapOf(t, 20, "two", "last")
		grow(t, at("cap2"), two[:30])
		r.expect()
		grow(t, at("cap2"), two[30:])
		r.expect("two", "last")

		// Compressed by its writer once the next one exists: no second reading.
		write(t, at("cap3"), pcapOf(t, 30, "three"))
		r.expect("three")
		write(t, at("cap2.gz"), gzipped(two))
		r.expect()
		require.NoError(t, os.Remove(at("cap2")))
		r.expect()
		require.Len(t, r.all, 1)
		r.stop()
	})
}

func TestFollowOverwrittenNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		r := startReading(t, filepath.Join(dir, "cap*"))
		r.expect()
		write(t, at("cap0"), pcapOf(t, 0, "first of 0"))
		write(t, at("cap1"), pcapOf(t, 10, "first of 1"))
		r.expect("first of 0", "first of 1")
		write(t, at("cap0"), pcapOf(t, 20, "second of 0"))
		r.expect("second of 0")
		write(t, at("cap1"), pcapOf(t, 30, "second of 1"))
		r.expect("second of 1")
		// The current one, shorter than what was read of it.
		write(t, at("cap1"), pcapOf(t, 40, "3"))
		r.expect("3")
		// And replaced by another file of its name.
		write(t, at("new"), pcapOf(t, 50, "fourth of 1, longer"))
		require.NoError(t, os.Rename(at("new"), at("cap1")))
		r.expect("fourth of 1, longer")
		require.Empty(t, r.all)
		r.stop()
	})
}

func TestFollowTellsOfGrowthAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		write(t, at("a"), pcapOf(t, 0, "a"))
		write(t, at("b"), pcapOf(t, 10, "b"))
		r := startReading(t, dir)
		r.expect("a", "b")
		whole := pcapOf(t, 0, "a", "more")
		grow(t, at("a"), whole[len(pcapOf(t, 0, "a")):])
		r.expect()
		require.Len(t, r.all, 1)
		require.ErrorContains(t, r.all[0], "grows after it was left")
		r.stop()
	})
}

func TestFollowForgetsWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := startReading(t, dir)
		for i, name := range []string{"a", "b", "c", "d"} {
			write(t, filepath.Join(dir, name), pcapOf(t, 10*i, name))
			r.expect(name)
			require.NoError(t, os.Remove(filepath.Join(dir, name)))
			r.expect()
		}
		require.Empty(t, r.source.(*files).queue.(*following).seen)
		require.Empty(t, r.all)
		r.stop()
	})
}

func TestFollowOneFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t, pcapOf(t, 0, "one")[:20])
		r := startReading(t, path)
		r.expect()
		whole := gzipped(pcapOf(t, 5, "anew"))
		require.NoError(t, os.Remove(path))
		write(t, path, whole)
		r.expect("anew")
		require.Len(t, r.all, 1)
		var truncated *TruncatedError
		require.ErrorAs(t, r.all[0], &truncated)
		r.stop()
	})
}

func TestFollowCompressedWhileItWaits(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("cap0"), pcapOf(t, 0, "zero", "more"))
	write(t, at("cap1"), pcapOf(t, 10, "one"))
	write(t, at("cap2"), pcapOf(t, 20, "two"))
	s, err := Open(Options{Path: dir, Follow: true, Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	var f Frame
	require.NoError(t, s.Next(&f))
	write(t, at("cap1.zst"), zstandard(pcapOf(t, 10, "one")))
	require.NoError(t, os.Remove(at("cap1")))
	var got []string
	for range 3 {
		require.NoError(t, s.Next(&f))
		got = append(got, string(f.Data))
	}
	require.Equal(t, []string{"more", "one", "two"}, got)
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Next(&f), os.ErrClosed)
}
