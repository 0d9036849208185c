// Package config tries every config that the repository ships.
package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

func shipped(t *testing.T) []string {
	paths, err := filepath.Glob(filepath.Join(distribution.Root(t), "config", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

func TestEveryShippedConfigIsValid(t *testing.T) {
	for _, path := range shipped(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			out, err := distribution.Validate(t, path, distribution.Environment(t)...)
			assert.NoError(t, err, out)
		})
	}
}

func TestBadConfigIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ config, says string }{
		"unknown component":     {"receivers: {ebpf_flwo: }\n", "ebpf_flwo"},
		"unknown receiver key":  {"receivers: {ebpf_flow: {no_such_key: 1}}\n", "no_such_key"},
		"unknown processor key": {"processors: {exfil: {no_such_key: 1}}\n", "no_such_key"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.yaml")
			require.NoError(t, os.WriteFile(path, []byte(c.config), 0o600))
			out, err := distribution.Validate(t, path)
			require.Error(t, err)
			assert.Contains(t, out, c.says)
		})
	}
}
