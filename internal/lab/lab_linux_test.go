package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/attack"
)

// TestStandInsDoTheADSsCommands runs the demonstration as a machine would that
// has neither Docker nor curl, ftp and vsftpd.
func TestStandInsDoTheADSsCommands(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the lab needs root")
	}
	bare(t, "sh", "cat", "cp", "chmod", "sleep", "ls", "env", "true", "head", "dd", "ldd", "go")
	l, err := New(t.Context(), Options{Program: program(t), Size: 1 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	scenarios, err := Select([]string{"http_put", "ftp_put"})
	require.NoError(t, err)
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			require.NoError(t, l.Sinks.Reset())
			r, err := l.Exec(t.Context(), s)
			require.NoError(t, err)
			assert.Equal(t, s.Sent(l.Size), l.Sinks.Received(), r.Output)
		})
	}
}

// bare leaves only the named programs on the PATH.
func bare(t *testing.T, names ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(dir, name)))
	}
	t.Setenv("PATH", dir)
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

func TestAttacksRefuseEverybodyElse(t *testing.T) {
	for _, target := range []string{"127.0.0.1:80", "192.0.2.1:80", "[::1]:80"} {
		_, err := attack.Run(t.Context(), "put", attack.Options{To: target})
		assert.ErrorContains(t, err, "not a host of the lab", target)
	}
}
