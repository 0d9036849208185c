//go:build unix

package exfilprocessor

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

const (
	killedDir  = "EXFIL_KILLED_DIR"  // where the child keeps its state
	killedLife = "EXFIL_KILLED_LIFE" // which of its lives it is
	lives      = 6
	perRecord  = 1000 // bytes
)

// A process that keeps an incident and is killed at any moment, with kill -9, opens
// it once; what a snapshot had is in its totals.
func TestKillNine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	opened, kept := 0, 0
	for n := range lives {
		o, k := liveAndDie(t, dir, n)
		opened, kept = opened+o, kept+k
	}
	require.Equal(t, 1, opened)

	l := begin(t, dir, learned())
	l.idle(lifeBegins(lives) + time.Hour)
	require.Equal(t, []alert.Status{alert.Closed}, statuses(t, &l.LogsSink))
	require.GreaterOrEqual(t, last(t, &l.LogsSink).Bytes, int64(kept*perRecord))
}

func lifeBegins(n int) time.Duration { return time.Duration(n) * 5 * time.Minute }

// liveAndDie runs the child until it has kept some records, in the nth life some
// more, and kills it. It says how many incidents opened, and how many records were
// in a snapshot at least.
func liveAndDie(t *testing.T, dir string, n int) (opened, kept int) {
	child := exec.Command(os.Args[0], "-test.run=^TestTheChildThatIsKilled$", "-test.v")
	child.Env = append(os.Environ(), killedDir+"="+dir, killedLife+"="+strconv.Itoa(n))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && kept <= n {
		word, number, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "open":
			opened++
		case "kept":
			kept, err = strconv.Atoi(number)
			require.NoError(t, err)
		}
	}
	require.Greater(t, kept, n, "the child ended: %s", lines.Text())
	require.NoError(t, child.Process.Kill())
	for lines.Scan() { // what it said before it died
		if lines.Text() == "open" {
			opened++
		}
	}
	require.Error(t, child.Wait())
	return opened, kept
}

// TestTheChildThatIsKilled sends to an outside host, and keeps that, until it is
// killed.
func TestTheChildThatIsKilled(t *testing.T) {
	dir := os.Getenv(killedDir)
	if dir == "" {
		t.Skip("run by TestKillNine")
	}
	n, err := strconv.Atoi(os.Getenv(killedLife))
	require.NoError(t, err)
	since := lifeBegins(n)
	l := begin(t, dir, learned())
	if n == 0 {
		l.consume(since, upload(l.now()))
	}
	for sent := 1; ; sent++ {
		at := since + time.Duration(sent)*time.Millisecond
		l.consume(at, more(at, perRecord))
		for _, status := range statuses(t, &l.LogsSink) {
			_, _ = fmt.Fprintln(os.Stdout, status)
		}
		l.Reset()
		require.NoError(t, l.snapshot(context.Background()))
		_, _ = fmt.Fprintln(os.Stdout, "kept", sent)
	}
}
