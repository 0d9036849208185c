package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTrafficArrives runs every scenario without a collector: what the
// application sent is what the sink received.
func TestTrafficArrives(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the lab needs root")
	}
	for _, mode := range []struct {
		name     string
		noDocker bool
	}{{"docker", false}, {"boxes", true}} {
		t.Run(mode.name, func(t *testing.T) {
			l, err := New(t.Context(), Options{Program: program(t), Size: 1 << 20, NoDocker: mode.noDocker})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, l.Close()) })
			for _, s := range Scenarios() {
				t.Run(s.Name, func(t *testing.T) {
					require.NoError(t, l.Sinks.Reset())
					r, err := l.Exec(t.Context(), s)
					require.NoError(t, err)
					assert.Equal(t, s.sent(l.Size), l.Sinks.Received(), r.Output)
					t.Log(r.Ended.Sub(r.Started), r.Output)
				})
			}
		})
	}
}

// program builds the binary that containers run.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "exfil-lab")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "../../cmd/exfil-lab")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}
