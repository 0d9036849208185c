package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
)

// A ceiling does not begin anew when the engine does.
func TestLedgersAreRestored(t *testing.T) {
	ceiling := allow.Bytes(1000)
	list, err := allow.New([]allow.Config{{
		Reason: "a test", Workload: allow.Workload{Image: "shop/web"},
		Destination: allow.Destination{Domains: []string{"drop-1.example"}}, MaxBytes: &ceiling,
	}})
	require.NoError(t, err)
	permit := func(e *Engine) *Engine {
		for _, s := range e.shards {
			s.set.Allow, s.passed = list, make([]Allowed, 1)
		}
		return e
	}
	e := permit(keeping(1))
	e.Arrive(keptBegun.Add(time.Hour))
	e.Observe(keptSource(1), keptRecord(1, 0, 700))
	require.EqualValues(t, 700, e.shards[0].passed[0].Bytes)

	other := permit(restored(t, e, 2))
	other.Arrive(keptBegun.Add(time.Hour))
	other.Observe(keptSource(1), keptRecord(1, time.Minute, 400))
	other.Alerts()
	for _, s := range other.shards {
		require.Zero(t, s.passed[0], "the ceiling was reached by 700 and 400")
	}
}
