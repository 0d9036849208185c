//go:build capture

package capture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/test/capture/internal/reference"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// TestACaptureOfTheLab records every scenario once, and holds what the collector
// makes of it against what happened, and against other readers of the capture.
func TestACaptureOfTheLab(t *testing.T) {
	r := record(t)
	o := r.read(t)
	var tshark reference.Table
	t.Run("every theft alerts once and nothing else does", func(t *testing.T) {
		lab.Judge(r.outcomes, o.alerts)
		require.NoError(t, lab.Table(os.Stdout, r.outcomes))
		for _, outcome := range r.outcomes {
			assert.Empty(t, outcome.Problems(), outcome.Scenario)
		}
	})
	t.Run("tshark", func(t *testing.T) {
		installed(t, "tshark")
		var err error
		tshark, err = reference.Tshark(t.Context(), r.packets)
		require.NoError(t, err)
		tshark.Keep(r.observed) // and the other readers' tests take their headers' sizes from it
		agree(t, "tshark", o.table, tshark, reference.Flows, reference.Packets, reference.Payload, reference.Protocol,
			reference.Methods, reference.BodySize, reference.Commands, reference.Names, reference.Questions)
	})
	t.Run("suricata", func(t *testing.T) {
		installed(t, "suricata", "tshark")
		config := filepath.Join(distribution.Root(t), "test", "capture", "testdata", "suricata.yaml")
		suricata, err := reference.Suricata(t.Context(), r.packets, config, t.TempDir())
		require.NoError(t, err)
		suricata.Keep(r.observed)
		// Suricata counts bytes of frames, we of payload: tshark tells the headers.
		agree(t, "suricata", o.withHeaders(tshark, 0), suricata, reference.Flows, reference.Packets, reference.Frames,
			reference.Protocol, reference.Methods, reference.BodySize, reference.Commands, reference.Names, reference.Questions)
	})
	for _, version := range []int{5, 9, 10} {
		t.Run(fmt.Sprint("softflowd_", version), func(t *testing.T) {
			installed(t, "softflowd", "tshark")
			softflowd, err := reference.Softflowd(t.Context(), r.packets, version)
			require.NoError(t, err)
			softflowd.Keep(r.observed)
			// NetFlow counts from the IP header on.
			const ethernet = 14
			agree(t, fmt.Sprint("softflowd ", version), o.withHeaders(tshark, ethernet), softflowd,
				reference.Flows, reference.Packets, reference.Frames)
		})
	}
}

// installed skips where a reader is not on this machine; CI, which installs them,
// takes no skips.
func installed(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program, "is not installed")
		}
	}
}
