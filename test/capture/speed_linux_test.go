//go:build capture

package capture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/traffic"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// The capture that both read, and how often each does.
const (
	speedPackets = 1_000_000
	speedRounds  = 3
)

// TestPacketsPerCPUSecond has the collector and Suricata read one capture of mixed
// traffic by turns: both whole programs on one core, from the file to a file of flows and
// what they say, with their start. The bar for their ratio is 2.
func TestPacketsPerCPUSecond(t *testing.T) {
	capture := filepath.Join(t.TempDir(), "mixed.pcap")
	file, err := os.Create(capture)
	require.NoError(t, err)
	packets, err := traffic.Write(file, speedPackets, 1)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	config := filepath.Join(t.TempDir(), "flows.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `
receivers: {pcap: {path: %q, exit_at_end: true}}
exporters: {file: {path: %q}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [pcap], exporters: [file]}}
`, capture, filepath.Join(t.TempDir(), "flows.jsonl")), 0o600))

	var ours, theirs, ratios []float64
	for range speedRounds {
		collector := exec.CommandContext(t.Context(), distribution.Binary(t), "--config", config)
		collector.Env = append(os.Environ(), "GOMAXPROCS=1")
		suricata := exec.CommandContext(t.Context(), "suricata", "-c", "testdata/suricata.yaml", "-r", capture,
			"-l", t.TempDir(), "-k", "none", "--runmode", "single", "-S", os.DevNull,
			"--set", "stream.reassembly.depth=1mb") // its default
		a, b := float64(packets)/cpu(t, collector), float64(packets)/cpu(t, suricata)
		ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, a/b)
	}
	speed("packets per CPU second, flows to a file", median(ours), 1e6, "1/s")
	speed("packets per CPU second, Suricata", median(theirs), 0, "1/s")
	speed("packets per CPU second, ours to Suricata's", median(ratios), 2, "")
	assert.GreaterOrEqual(t, median(ratios), 2.0)
}

// cpu runs a program to its end and returns the CPU seconds that it took.
func cpu(t *testing.T, program *exec.Cmd) float64 {
	t.Helper()
	var said strings.Builder
	program.Stderr = &said
	require.NoError(t, program.Run(), "%s", &said)
	return (program.ProcessState.UserTime() + program.ProcessState.SystemTime()).Seconds()
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// speed prints a measured value for people and, as JSON, for CI.
func speed(name string, value, bar float64, unit string) {
	fmt.Printf("%-50s %14.2f   bar %10.0f %s\n", name, value, bar, unit)
	fmt.Printf("{\"figure\":%q,\"value\":%g,\"bar\":%g,\"unit\":%q}\n", name, value, bar, unit)
}
