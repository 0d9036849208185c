//go:build capture

package capture

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/test/capture/internal/reference"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// TestSuricatasLogOfTheLab has Suricata read the lab's capture, and the collector
// Suricata's log, by the config for that: every theft alerts, and nothing else does.
// Suricata knows addresses, and Docker gives one container's to the next: the mapping
// file tells them apart.
func TestSuricatasLogOfTheLab(t *testing.T) {
	installed(t, "suricata")
	r := record(t)
	dir := t.TempDir()
	config := filepath.Join(distribution.Root(t), "test", "capture", "testdata", "suricata.yaml")
	_, err := reference.Suricata(t.Context(), r.packets, config, dir)
	require.NoError(t, err)
	alerts := r.readEVE(t, filepath.Join(dir, "eve.json"))
	lab.Judge(r.outcomes, alerts)
	require.NoError(t, lab.Table(os.Stdout, r.outcomes))
	for _, o := range r.outcomes {
		if o.Benign {
			assert.Zero(t, o.Alerts, o.Scenario)
		} else {
			assert.Positive(t, o.Alerts, o.Scenario)
		}
	}
}

// eveEvents are the lines that the dialect takes for flow logs.
var eveEvents = regexp.MustCompile(`"event_type":"(flow|netflow|http|tls|quic|dns|ftp|ftp_data|tftp)"`)

// readEVE runs the collector over a log until it has read all of it.
func (r *recording) readEVE(t *testing.T, eve string) []collector.Alert {
	t.Helper()
	text, err := os.ReadFile(eve)
	require.NoError(t, err)
	events := len(eveEvents.FindAll(text, -1))
	env := distribution.Environment(t)
	output := distribution.Value(env, "ALERT_FILE")
	cmd := exec.CommandContext(t.Context(), distribution.Binary(t),
		"--config", filepath.Join(distribution.Root(t), "config", "suricata.yaml"),
		"--config", "yaml:processors::exfil::learning: 0s", // there is no day to learn in
		"--config", "yaml:exporters::file::path: "+output,
		"--config", "yaml:service::pipelines::logs::exporters: [file]")
	cmd.Env = append(append(os.Environ(), env...), "SURICATA_EVE="+eve, "CONTAINER_NETWORKS=[]", "WORKLOADS_FILE="+r.workloads)
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	read := assert.Eventually(t, func() bool { return dialectRecords(env) == events }, time.Minute, 100*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.NoError(t, cmd.Wait(), "%s", &said)
	require.True(t, read, "%s", &said)
	return alertsOf(t, output)
}

func dialectRecords(env []string) int {
	response, err := http.Get("http://" + distribution.Value(env, "METRICS_HOST") + ":" + distribution.Value(env, "METRICS_PORT") + "/metrics")
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "otelcol_exfil_dialect_records") {
			var n int
			_, _ = fmt.Sscan(line[strings.LastIndexByte(line, ' '):], &n)
			return n
		}
	}
	return 0
}

// alertsOf reads all alerts of a file.
func alertsOf(t *testing.T, output string) (alerts []collector.Alert) {
	t.Helper()
	ended, end := context.WithCancel(t.Context())
	end()
	collector.Follow(ended, output, collector.Handler{
		Alert: func(a collector.Alert) { alerts = append(alerts, a) },
		Error: func(err error) { t.Error(err) },
	})
	return alerts
}
