//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// exact is how far the records' bytes may be from the application's.
const exact = 0.001

// TestBytesAreWhatTheApplicationWrote holds the sum of flow.io.bytes against
// what the sender gave to its sockets.
func TestBytesAreWhatTheApplicationWrote(t *testing.T) {
	l := newLab(t, false)
	m, stop := startMeter(t, l)
	for _, test := range []struct{ name, args string }{
		{"stream_3gb", "--to drop.example:9000 --bytes 3000000000 stream"},
		{"connections_20000", "--to drop.example:9000 --count 20000 --size 1000 churn"},
		{"datagrams_100000", "--to drop.example:9001 --count 100000 --size 1000 udp"},
		{"stream_ipv6", "--to six.example:9000 --bytes 100000000 stream"},
	} {
		id, wrote := attack(t, l, test.name, test.args)
		m.settle(t.Context(), id, wrote)
		// Judged when the collector has said its last word: what is told twice
		// is as wrong as what is not told.
		defer t.Run(test.name, func(t *testing.T) { check(t, test.name, m, id, wrote) })
	}
	stop()
}

// TestShortLivedContainers holds many containers that live for less than half a
// second against their records.
func TestShortLivedContainers(t *testing.T) {
	t.Run("docker", func(t *testing.T) { shortLived(t, newLab(t, false), 20) })
	t.Run("cgroup", func(t *testing.T) { shortLived(t, newLab(t, true), 200) })
}

func shortLived(t *testing.T, l *lab.Lab, count int) {
	kind, _, _ := strings.Cut(l.Engine.Name(), " ")
	m, stop := startMeter(t, l)
	wrote := make(map[string]int64, count)
	for i := range count {
		id, n := attack(t, l, fmt.Sprintf("short_%d", i), "--to drop.example:9000 --bytes 100000 stream")
		wrote[id] = n
	}
	for id, n := range wrote {
		m.settle(t.Context(), id, n)
	}
	stop()
	named, worst := 0, 0.0
	for id, wrote := range wrote {
		got := m.of(id)
		worst = max(worst, math.Abs(float64(got.bytes-wrote))/float64(wrote))
		if got.name != "" {
			named++
		}
	}
	figure("short_"+kind+"_error", worst, exact, "1")
	assert.LessOrEqual(t, worst, exact)
	if l.Engine.Name() == "docker" {
		assert.Equal(t, count, named, "every container has its name")
	}
}

// check allows a small error where it was counted as loss, and none where not.
func check(t *testing.T, name string, m *meter, id string, wrote int64) {
	t.Helper()
	got := m.of(id)
	off := math.Abs(float64(got.bytes-wrote)) / float64(wrote)
	figure(name+"_error", off, exact, "1")
	assert.LessOrEqual(t, off, exact, "recorded %d of %d bytes in %d records", got.bytes, wrote, got.records)
	if got.bytes != wrote {
		assert.Positive(t, m.lost, "loss that nobody counted: %d of %d bytes", got.bytes, wrote)
	}
}
