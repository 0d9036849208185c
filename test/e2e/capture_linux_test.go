//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/wiretap"
)

// TestACaptureTellsWhatTheKernelTells runs every scenario under one collector
// that watches the kernel, while its packets are recorded; a second collector
// then reads the recording. Their alerts must be the same, record by record.
func TestACaptureTellsWhatTheKernelTells(t *testing.T) {
	l := newLab(t, false)
	recording := filepath.Join(t.TempDir(), "lab.pcapng")
	file, err := os.Create(recording)
	require.NoError(t, err)
	tap, err := l.Tap(wiretap.MaxSnap, file)
	require.NoError(t, err)
	outcomes, err := l.Run(t.Context(), binary(t, "otelcol-exfil"), lab.Scenarios(), func(s lab.Scenario) { t.Log("ran", s.Name) })
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
}
