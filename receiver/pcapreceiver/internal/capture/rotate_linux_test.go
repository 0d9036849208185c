package capture

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestFollowRealWriters lets tcpdump and dumpcap rotate files while they are followed:
// what is read meanwhile is what the files have in the end.
func TestFollowRealWriters(t *testing.T) {
	for name, command := range map[string]func(dir string) []string{
		"tcpdump": func(dir string) []string {
			return []string{"-i", "lo", "-Z", "root", "-U", "-C", "1", "-w", filepath.Join(dir, "cap"), "udp port 7777"}
		},
		"dumpcap": func(dir string) []string {
			return []string{"-q", "-i", "lo", "-f", "udp port 7777", "-b", "packets:100", "-w", filepath.Join(dir, "cap.pcapng")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				t.Skip("not installed")
			}
			inNamespace(t)
			follow(t, name, command)
		})
	}
}

func follow(t *testing.T, name string, command func(string) []string) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	writer := exec.CommandContext(ctx, name, command(dir)...)
	require.NoError(t, writer.Start())
	s, err := Open(Options{Path: dir, Follow: true, Poll: time.Millisecond, Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	frames := make(chan got, 1<<16)
	go func() {
		defer close(frames)
		var f Frame
		for s.Next(&f) == nil {
			frames <- copyOf(&f)
		}
	}()
	for len(frames) == 0 && ctx.Err() == nil { // until it listens
		send(t, 7777, "begin")
		<-time.After(10 * time.Millisecond)
	}
	texts := make([]string, 2500)
	for i := range texts {
		texts[i] = long(900 + i%100)
	}
	send(t, 7777, texts...)
	require.NoError(t, writer.Process.Signal(unix.SIGINT))
	_ = writer.Wait() // dumpcap leaves with the signal's number

	whole, err := Open(Options{Path: dir, Problem: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	want := all(t, whole)
	require.Greater(t, len(want), 200) // a busy machine drops some
	for i := range want {
		require.Equal(t, want[i], <-frames, i)
	}
	require.NoError(t, s.Close())
	require.Empty(t, <-frames)
	paths, err := entries(dir)
	require.NoError(t, err)
	require.Greater(t, len(paths), 1)
}
