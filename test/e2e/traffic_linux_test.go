//go:build e2e

package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// TestTrafficArrives runs every scenario without a collector, so that a failure
// of the lab is not taken for one of the product: what the application sent is
// what the sink received.
func TestTrafficArrives(t *testing.T) {
	for _, mode := range []struct {
		name     string
		noDocker bool
	}{{"docker", false}, {"cgroup", true}} {
		t.Run(mode.name, func(t *testing.T) {
			l := newLab(t, mode.noDocker)
			for _, s := range lab.Scenarios() {
				t.Run(s.Name, func(t *testing.T) {
					require.NoError(t, l.Sinks.Reset())
					r, err := l.Exec(t.Context(), s)
					require.NoError(t, err)
					assert.Equal(t, s.Sent(l.Size), l.Sinks.Received(), r.Output)
				})
			}
		})
	}
}
