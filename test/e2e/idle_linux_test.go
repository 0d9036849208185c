//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

const (
	idleSockets = 10_000
	idleFor     = 30 * time.Second
	restFor     = 10 * time.Second
	maxCPU      = 0.01  // of one core
	maxRSS      = 120e6 // bytes
)

// TestIdleSocketsCostNothing measures the collector while a container holds
// many connections open and is silent.
func TestIdleSocketsCostNothing(t *testing.T) {
	l := newLab(t, false)
	c, err := l.Collect(t.Context(), binary(t, "otelcol-exfil"), collector.Handler{
		Alert: func(collector.Alert) {}, Error: func(err error) { t.Error(err) },
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Stop()) })

	figure("idle_0_cpu", load(t, c.PID(), restFor), maxCPU, "{core}") // the machine's own noise

	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan error, 1)
	go func() {
		_, err := l.Exec(ctx, lab.Scenario{
			Name:    "idle",
			Command: fmt.Sprintf("exec exfil-lab attack --to drop.example:9000 --count %d --hold 5m idle", idleSockets),
		})
		held <- err
	}()
	t.Cleanup(func() { cancel(); <-held })
	require.Eventually(t, func() bool { return l.Sinks.Open() == idleSockets }, time.Minute, 50*time.Millisecond)
	after(t, 3*time.Second) // the collector has seen them all

	used := load(t, c.PID(), idleFor)
	resident := rss(t, c.PID())
	t.Logf("resident: %s", split(t, c.PID()))
	require.EqualValues(t, idleSockets, l.Sinks.Open(), "still open")
	figure("idle_10000_cpu", used, maxCPU, "{core}")
	figure("idle_10000_rss", resident, maxRSS, "By")
	assert.Less(t, used, maxCPU)
	assert.Less(t, resident, float64(maxRSS))
}

// after waits while the kernel and the collector do what is measured.
func after(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	}
}

// load is the part of one core that a process uses for a while.
func load(t *testing.T, pid int, during time.Duration) float64 {
	t.Helper()
	userBefore, systemBefore := cpu(t, pid)
	after(t, during)
	userAfter, systemAfter := cpu(t, pid)
	user, system := userAfter-userBefore, systemAfter-systemBefore
	t.Logf("in %s: %s in user space, %s in the kernel", during, user, system)
	return (user + system).Seconds() / during.Seconds()
}

// cpu is the time that a process has used in user space and in the kernel, from
// /proc/pid/stat (proc(5)).
func cpu(t *testing.T, pid int) (user, system time.Duration) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every architecture we build for
	var ticks [2]time.Duration
	for i := range ticks {
		n, err := strconv.Atoi(fields[11+i])
		require.NoError(t, err)
		ticks[i] = time.Duration(n) * tick
	}
	return ticks[0], ticks[1]
}

// rss is a process's resident memory in bytes.
func rss(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	require.NoError(t, err)
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	require.NoError(t, err)
	return float64(pages * os.Getpagesize())
}

// split is what resident memory consists of: the heap and the stacks (RssAnon),
// the executable and the ring buffer, whose pages count twice because they are
// mapped twice (RssFile).
func split(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	var parts []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "Rss") || strings.HasPrefix(line, "VmHWM") {
			parts = append(parts, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(parts, ", ")
}
