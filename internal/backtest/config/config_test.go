package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

const two = `
receivers: {otlp: }
processors:
  batch:
  exfil/quick: {quiet_period: 1m}
connectors:
  exfil/patient: {quiet_period: 2h}
`

func TestLoad(t *testing.T) {
	t.Setenv("QUIET", "7m")
	defaults := exfilprocessor.NewFactory().CreateDefaultConfig().(*exfilprocessor.Config)
	for name, test := range map[string]struct {
		yaml, id string
		quiet    time.Duration
	}{
		"defaults":             {"processors: {exfil: }", "", defaults.QuietPeriod},
		"collector":            {"processors: {exfil: {quiet_period: 3m}}", "", 3 * time.Minute},
		"connector":            {"connectors: {exfil: {quiet_period: 3m}}", "", 3 * time.Minute},
		"own configuration":    {"quiet_period: 3m", "", 3 * time.Minute},
		"empty file":           {"", "", defaults.QuietPeriod},
		"environment":          {"processors: {exfil: {quiet_period: '${env:QUIET:-5m}'}}", "", 7 * time.Minute},
		"environment, short":   {"processors: {exfil: {quiet_period: '${QUIET}'}}", "", 7 * time.Minute},
		"environment, default": {"processors: {exfil: {quiet_period: '${env:QUIETER:-5m}'}}", "", 5 * time.Minute},
		"one of two":           {two, "exfil/quick", time.Minute},
		"the other":            {two, "exfil/patient", 2 * time.Hour},
		"storage is left out":  {"processors: {exfil: {quiet_period: 3m, storage: file_storage}}", "", 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "collector.yaml")
			require.NoError(t, os.WriteFile(file, []byte(test.yaml), 0o600))
			cfg, err := Load(context.Background(), []string{file}, test.id)
			require.NoError(t, err)
			require.Equal(t, test.quiet, cfg.(*exfilprocessor.Config).QuietPeriod)
		})
	}
}

func TestLoadNothing(t *testing.T) {
	cfg, err := Load(context.Background(), nil, "")
	require.NoError(t, err)
	require.Equal(t, exfilprocessor.NewFactory().CreateDefaultConfig(), cfg)
}

func TestLoadRefuses(t *testing.T) {
	for name, test := range map[string]struct{ uri, id, want string }{
		"no file":        {"/nowhere/collector.yaml", "", "/nowhere/collector.yaml"},
		"no YAML":        {"yaml:processors: [", "", "yaml"},
		"no exfil":       {"yaml:processors: {batch: }", "", "no exfil component"},
		"no such id":     {"yaml:processors: {exfil: }", "exfil/x", `no "exfil/x"`},
		"id in own":      {"yaml:quiet_period: 3m", "exfil", `no "exfil" in it`},
		"two":            {"yaml:" + two, "", "connectors::exfil/patient, processors::exfil/quick"},
		"unknown key":    {"yaml:processors: {exfil: {quite_period: 3m}}", "", "quite_period"},
		"invalid":        {"yaml:processors: {exfil: {quiet_period: -3m}}", "", "processors::exfil: quiet_period: must be positive"},
		"invalid, deep":  {"yaml:limits: {workloads: -1}", "", "limits: workloads: must be"},
		"mistyped":       {"yaml:processors: {exfil: {limits: {workloads: many}}}", "", "limits.workloads"},
		"other provider": {"yaml:processors: {exfil: {quiet_period: '${vault:x}'}}", "", "vault"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(context.Background(), []string{test.uri}, test.id)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestLoadMerges(t *testing.T) {
	cfg, err := Load(context.Background(), []string{
		"yaml:processors: {exfil: {quiet_period: 3m, window: 2m}}", "yaml:processors::exfil::quiet_period: 1h",
	}, "")
	require.NoError(t, err)
	require.Equal(t, time.Hour, cfg.(*exfilprocessor.Config).QuietPeriod)
	require.Equal(t, 2*time.Minute, cfg.(*exfilprocessor.Config).Window)
}

// Every configuration that is shipped can be tried.
func TestShipped(t *testing.T) {
	files, err := filepath.Glob("../../../config/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	loaded := 0
	for _, file := range files {
		if _, err := Load(context.Background(), []string{file}, ""); err == nil {
			loaded++
		} else {
			require.ErrorContains(t, err, "no exfil component", file)
		}
	}
	require.Positive(t, loaded)
}
