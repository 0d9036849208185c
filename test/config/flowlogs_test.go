package config

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// Logs of other products in which a container puts 50 MiB by HTTP, and downloads
// something. Suricata's it wrote itself (7.0.10); Zeek's have the form that its
// documentation gives.
var flowLogs = map[string]struct {
	config, dialect string
	files           map[string]string // of testdata, and what the config looks for
	env             func(folder string) string
	records         int // that are read as flow logs
}{
	"zeek as JSON": {
		config: "zeek.yaml", dialect: "zeek", records: 4, env: zeekLogs,
		files: map[string]string{"zeek/conn.log": "conn.log", "zeek/http.log": "http.log"},
	},
	"zeek as TSV": {
		config: "zeek.yaml", dialect: "zeek", records: 4, env: zeekLogs,
		files: map[string]string{"zeek/conn.tsv": "conn.log", "zeek/http.tsv": "http.log"},
	},
	"suricata": {
		config: "suricata.yaml", dialect: "suricata", records: 8,
		env:   func(folder string) string { return "SURICATA_EVE=" + folder + "/eve.json" },
		files: map[string]string{"suricata/eve.json": "eve.json"},
	},
}

func zeekLogs(folder string) string { return "ZEEK_LOGS=" + folder }

func TestFlowLogsGiveOneAlert(t *testing.T) {
	for name, c := range flowLogs {
		t.Run(name, func(t *testing.T) {
			var received alerts
			backend := httptest.NewServer(&received)
			defer backend.Close()
			folder := t.TempDir()
			for from, to := range c.files {
				refreshed(t, filepath.Join("testdata", from), filepath.Join(folder, to))
			}
			env := append(distribution.Environment(t), "OTLP_ENDPOINT="+backend.URL, "CONTAINER_NETWORKS=[10.88.0.0/16]", c.env(folder))
			p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", c.config), env...)
			require.True(t, p.Ready(), p.Output())
			want := fmt.Sprintf(`dialect="%s"`, c.dialect)
			require.Eventually(t, func() bool { return metric(env, "otelcol_exfil_dialect_records", want) == c.records },
				30*time.Second, 50*time.Millisecond, p.Output())
			require.NoError(t, p.Stop(), p.Output())
			assert.NotContains(t, p.Output(), "\terror\t")

			all := received.all()
			require.Len(t, all, 1, "%s", p.Output())
			assert.Equal(t, alert.Open, all[0].Status)
			assert.Equal(t, "http_upload", all[0].Evidence[0].Rule.Name)
			assert.Equal(t, "drop.example", all[0].Destination.Domain)
			assert.Equal(t, "203.0.113.9", all[0].Destination.Address.String())
			assert.Contains(t, all[0].Body, "The container at 10.88.0.5 is uploading 50.0 MiB by HTTP PUT")
		})
	}
}

// refreshed copies a log as if it had been written a minute ago: the engine does not
// believe what lies in the future of its clock.
func refreshed(t *testing.T, from, to string) {
	text, err := os.ReadFile(from)
	require.NoError(t, err)
	now := time.Now().UTC().Add(-2 * time.Minute)
	fresh := strings.NewReplacer(
		"17955435", fmt.Sprint(now.Unix()/100), // Zeek's seconds, but the last two digits
		"2026-11-24T18:26:", now.Format("2006-01-02T15:04:"),
	).Replace(string(text))
	require.NoError(t, os.WriteFile(to, []byte(fresh), 0o600))
}

// metric is the value of a counter with that label, 0 where there is none yet.
func metric(env []string, name, label string) int {
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
		if strings.HasPrefix(line, name) && strings.Contains(line, label) {
			var value int
			_, _ = fmt.Sscan(line[strings.LastIndexByte(strings.TrimSpace(line), ' '):], &value)
			return value
		}
	}
	return 0
}

// alerts takes what comes by OTLP over HTTP.
type alerts struct {
	mu   sync.Mutex
	list []alert.Alert
}

func (a *alerts) all() []alert.Alert {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.list
}

func (a *alerts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := plogotlp.NewExportRequest()
	if err := request.UnmarshalProto([]byte(unpacked(r.Body))); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, rl := range request.Logs().ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				var one alert.Alert
				if alert.Is(lr) && one.Decode(lr) == nil {
					a.list = append(a.list, one)
				}
			}
		}
	}
}
