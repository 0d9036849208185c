//go:build unix

package pcapreceiver

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/traffic"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/metadatatest"
)

// A capture of mixed traffic from the file to flow records, everything included.
// EXFIL_CAPTURE names another capture.
func BenchmarkFile(b *testing.B) {
	path := os.Getenv("EXFIL_CAPTURE")
	if path == "" {
		file, err := os.CreateTemp(b.TempDir(), "*.pcap")
		require.NoError(b, err)
		_, err = traffic.Write(file, 500_000, 1)
		require.NoError(b, err)
		require.NoError(b, file.Close())
		path = file.Name()
	}
	config := createDefaultConfig()
	config.Path = path
	frames := int64(0)
	b.ReportAllocs()
	before := cpuSeconds(b)
	for b.Loop() {
		r, err := newReceiver(metadatatest.NewSettings(componenttest.NewTelemetry()), config, consumertest.NewNop())
		require.NoError(b, err)
		directory, err := config.directory()
		require.NoError(b, err)
		r.source, err = config.open(func(err error) { b.Fatal(err) })
		require.NoError(b, err)
		x := r.newRun(directory)
		require.NoError(b, x.read(context.Background()))
		x.finish(context.Background())
		require.NoError(b, r.source.Close())
		frames += x.frames
	}
	spent := cpuSeconds(b) - before
	b.ReportMetric(float64(frames)/spent, "packets/cpu-s")
	b.ReportMetric(spent/float64(frames)*1e9, "cpu-ns/packet")
}

// cpuSeconds is what the process has used of all cores.
func cpuSeconds(tb testing.TB) float64 {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
