// Package distribution runs the collector that `make build` made, so that tests
// of configs and manifests try the very program that people run.
package distribution

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Root is the repository's folder.
func Root(t testing.TB) string {
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	return filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(file))))
}

// Binary is the built collector. Where there is none the test is skipped, except
// in CI, where it fails.
func Binary(t testing.TB) string {
	path := filepath.Join(Root(t), "bin", "otelcol-exfil")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal("bin/otelcol-exfil is missing: run make build")
	}
	t.Skip("bin/otelcol-exfil is missing: run make build")
	return ""
}

// Validate runs `otelcol-exfil validate` on a config file, and returns what it
// printed.
func Validate(t testing.TB, config string, env ...string) (string, error) {
	c := exec.Command(Binary(t), "validate", "--config", config)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

// Environment is what the shipped configs read: a state folder and ports of this
// test's own.
func Environment(t testing.TB) []string {
	return []string{
		"STATE_DIRECTORY=" + t.TempDir(),
		"ALERT_FILE=" + filepath.Join(t.TempDir(), "alerts.jsonl"),
		"HEALTH_ENDPOINT=" + FreeAddress(t),
		"METRICS_HOST=127.0.0.1",
		"METRICS_PORT=" + freePort(t),
		"LISTEN_GRPC=" + FreeAddress(t),
		"LISTEN_HTTP=" + FreeAddress(t),
		"K8S_NODE_NAME=node-1",
	}
}

// Value looks a variable up in an environment.
func Value(env []string, name string) string {
	for _, e := range env {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value
		}
	}
	return ""
}

// FreeAddress is a loopback address nobody listens on.
func FreeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	return address
}

func freePort(t testing.TB) string {
	_, port, err := net.SplitHostPort(FreeAddress(t))
	require.NoError(t, err)
	return port
}
