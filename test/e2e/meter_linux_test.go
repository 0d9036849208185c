//go:build e2e

package e2e

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/sink"
)

// meter sums what the collector's flow records say, by container.
type meter struct {
	mu    sync.Mutex
	total map[string]*sum
	lost  int64
	news  chan struct{}
}

type sum struct {
	name    string
	bytes   int64
	records int
}

// startMeter runs a collector that keeps flows. stop ends it, which flushes.
func startMeter(t *testing.T, l *lab.Lab) (m *meter, stop func()) {
	t.Helper()
	m = &meter{total: make(map[string]*sum), news: make(chan struct{}, 1)}
	c, err := l.Collect(t.Context(), binary(t, "otelcol-exfil"), collector.Handler{
		Alert: func(collector.Alert) {},
		Flow:  m.add,
		Error: func(err error) { t.Error(err) },
	})
	require.NoError(t, err)
	stop = sync.OnceFunc(func() { assert.NoError(t, c.Stop()) })
	t.Cleanup(stop)
	return m, stop
}

// add counts a record that is about the raw sinks, and nothing else: no
// questions to the name server.
func (m *meter) add(who *flow.Resource, r *flow.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost += r.Lost
	if p := r.Destination.Port(); p != sink.TCPPort && p != sink.UDPPort {
		return
	}
	s := m.total[who.ContainerID]
	if s == nil {
		s = &sum{}
		m.total[strings.Clone(who.ContainerID)] = s
	}
	s.bytes += r.Bytes
	s.records++
	if who.Container != "" && s.name != who.Container {
		s.name = strings.Clone(who.Container)
	}
	select {
	case m.news <- struct{}{}:
	default:
	}
}

func (m *meter) of(id string) sum {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.total[id]; s != nil {
		return *s
	}
	return sum{}
}

// settle waits until a container's bytes are all reported, for a while.
func (m *meter) settle(ctx context.Context, id string, want int64) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for m.of(id).bytes < want {
		select {
		case <-m.news:
		case <-ctx.Done():
			return
		}
	}
}
