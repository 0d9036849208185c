//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// TestEveryTheftAlertsOnceAndNothingElseDoes is the product's promise: each
// emulated upload gives one alert with the right names and numbers within a
// second, and ordinary traffic gives none.
func TestEveryTheftAlertsOnceAndNothingElseDoes(t *testing.T) {
	l := newLab(t, false)
	require.Equal(t, "docker", l.Engine.Name(), "these containers are real: install docker.io")
	outcomes, err := l.Run(t.Context(), binary(t, "otelcol-exfil"), lab.Scenarios(), func(lab.Scenario) {})
	require.NoError(t, err)
	require.NoError(t, lab.Table(os.Stdout, outcomes))
	figures, err := json.Marshal(outcomes)
	require.NoError(t, err)
	fmt.Println(string(figures))
	for _, o := range outcomes {
		if !o.Benign {
			figure("delay: "+o.Scenario, o.Delay.Seconds(), 1, "s")
		}
		t.Run(o.Scenario, func(t *testing.T) {
			assert.Empty(t, o.Skipped)
			assert.Empty(t, o.Problems())
			assert.Equal(t, o.Sent, o.Received, "the lab's own loss")
			assert.Zero(t, o.Lost)
		})
	}
}
