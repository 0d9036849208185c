package exfilprocessor

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// BenchmarkSnapshot is what it costs to keep a million destinations, and to go on
// from them: how long records wait at most, and usually, while a piece is made, in
// CPU time of the whole process, how many bytes a snapshot has, and the file that
// holds two of them.
func BenchmarkSnapshot(b *testing.B) {
	cfg := learned()
	cfg.Limits.Destinations = 2_000_000
	l := begin(b, b.TempDir(), cfg)
	track(l.exfil, 1_000_000/benchContainers)
	l.engine.Alerts()
	var longest, all float64 // seconds
	var bytes, count int
	var chunk []byte
	pieces := l.engine.Snapshot()
	for kind, more := pieces.Kind(); more; kind, more = pieces.Kind() {
		chunk = state.Begin(chunk, kind, 1)
		before := cpuSeconds(b)
		chunk = l.piece(pieces, chunk)
		took := cpuSeconds(b) - before
		longest, all = max(longest, took), all+took
		bytes += len(chunk)
		count++
	}
	b.ResetTimer()
	for range b.N {
		require.NoError(b, l.snapshot(context.Background()))
	}
	b.StopTimer()
	b.ReportMetric(longest*1e3, "longest-wait-cpu-ms")
	b.ReportMetric(all*1e3/float64(count), "wait-cpu-ms")
	b.ReportMetric(float64(count), "pieces")
	b.ReportMetric(float64(bytes)/1e6, "MB")
	b.ReportMetric(float64(bytes)/1e6, "bytes/destination")
	found, err := filepath.Glob(filepath.Join(l.dir, "*"))
	require.NoError(b, err)
	info, err := os.Stat(found[0])
	require.NoError(b, err)
	b.ReportMetric(float64(info.Size())/1e6, "file-MB")
	began := time.Now()
	l.kill(b, cfg)
	b.ReportMetric(time.Since(began).Seconds(), "restore-s")
}
