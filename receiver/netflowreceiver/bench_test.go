package netflowreceiver

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/export"
)

// BenchmarkToFlows is a datagram of two records, from the wire to the dialect's
// flows: what a record costs but for the engine.
func BenchmarkToFlows(b *testing.B) {
	content, err := os.ReadFile(filepath.Join("internal", "export", "testdata", "netflow5.bin"))
	require.NoError(b, err)
	reader, err := dialect.NewReader(dialect.Options{Workloads: containers(b)})
	require.NoError(b, err)
	decoder, from, now := export.NewDecoder(), netip.MustParseAddrPort("192.0.2.1:4711"), time.Now()
	b.ReportAllocs()
	for b.Loop() {
		m, err := decoder.Decode(from, now.UnixNano(), content)
		if err != nil {
			b.Fatal(err)
		}
		for _, lr := range logsOf(&m, from, now).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			if _, flows, err := reader.Read(lr); err != nil || len(flows) != 1 {
				b.Fatal(len(flows), err)
			}
		}
	}
	b.ReportMetric(float64(2*b.N)/b.Elapsed().Seconds(), "records/s")
}
