package config

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// The gateway needs neither a kernel nor root, so it starts for real everywhere.
func TestGatewayStartsServesAndStops(t *testing.T) {
	env := distribution.Environment(t)
	p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", "gateway.yaml"), env...)
	require.True(t, p.Ready(), p.Output())
	assert.Equal(t, http.StatusOK, healthOf(t, env))
	require.NoError(t, p.Stop(), p.Output())
	assert.NotContains(t, p.Output(), "\terror\t")
}

func healthOf(t *testing.T, env []string) int {
	for _, e := range env {
		if endpoint, ok := strings.CutPrefix(e, "HEALTH_ENDPOINT="); ok {
			r, err := http.Get("http://" + endpoint)
			require.NoError(t, err)
			require.NoError(t, r.Body.Close())
			return r.StatusCode
		}
	}
	t.Fatal("no health endpoint")
	return 0
}
