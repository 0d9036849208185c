package config

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// What make demo shows where no kernel can be watched: the recorded packets of two
// thefts, read by the built collector, and an explained alert about each.
func TestTheDemonstrationNeedsNoRoot(t *testing.T) {
	lab := filepath.Join(filepath.Dir(distribution.Binary(t)), "exfil-lab")
	out, err := exec.CommandContext(t.Context(), lab, "replay").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, 2, strings.Count(string(out), "ALERT"), "%s", out)
	for _, words := range []string{"http_upload", "exfil-http-put", "ftp_upload", "exfil-ftp-put", "T1048.003"} {
		assert.Contains(t, string(out), words)
	}
}
