//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/wiretap"
)

// TestACaptureTellsWhatTheKernelTells runs every scenario under one collector
// that watches the kernel, while its packets are recorded; a second collector
// then reads the recording. Their alerts must be the same, record by record.
func TestACaptureTellsWhatTheKernelTells(t *testing.T) {
	l := newLab(t, false)
	c := collector.Config{
		Binary: binary(t, "otelcol-exfil"), Dir: t.TempDir(), Quiet: lab.Quiet,
		Capture:   filepath.Join(t.TempDir(), "lab.pcapng"),
		Workloads: filepath.Join(t.TempDir(), "lab.workloads.yaml"),
	}
	if testing.Short() {
		c.Quiet = patient
	}
	watched := watchAndRecord(t, l, c.Capture)
	workloads, err := os.Create(c.Workloads)
	require.NoError(t, err)
	require.NoError(t, lab.WriteWorkloads(workloads, l.Workloads()))
	require.NoError(t, workloads.Close())

	var read []collector.Alert
	require.NoError(t, collector.Replay(t.Context(), c, collector.Handler{
		Alert: func(a collector.Alert) { read = append(read, a) },
		Error: func(err error) { t.Error(err) },
	}))
	var said []collector.Alert
	for _, o := range watched {
		said = append(said, o.Said...)
	}
	t.Logf("%d alert records from the kernel, %d from the capture", len(said), len(read))
	assert.Empty(t, lab.Same(said, read))
}

// watchAndRecord runs the scenarios under a collector that watches the kernel, and
// records their packets.
func watchAndRecord(t *testing.T, l *lab.Lab, recording string) []lab.Outcome {
	t.Helper()
	file, err := os.Create(recording)
	require.NoError(t, err)
	tap, err := l.Tap(wiretap.MaxSnap, file)
	require.NoError(t, err)
	outcomes, err := l.Run(t.Context(), binary(t, "otelcol-exfil"), lab.Scenarios(), func(s lab.Scenario) { t.Log("ran", s.Name) })
	require.NoError(t, err)
	// A capture's time goes on with its packets: these close what is still open.
	lookups, err := lab.Select([]string{"lookups"})
	require.NoError(t, err)
	_, err = l.Exec(t.Context(), lookups[0])
	packets, stopped := tap.Stop()
	require.NoError(t, err)
	require.NoError(t, stopped)
	require.NoError(t, file.Close())
	require.NoError(t, lab.Table(os.Stdout, outcomes))
	t.Log(packets, "packets")
	for _, o := range outcomes {
		o.Delay = 0 // TestEveryTheft… holds it to its bar, and an emulated machine is slow
		assert.Empty(t, o.Problems(), o.Scenario)
	}
	return outcomes
}
