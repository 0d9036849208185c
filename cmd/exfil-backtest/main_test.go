package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

var update = flag.Bool("update", false, "write what comes out to README.md, and the recording to testdata")

// flows are the lab's recording: a theft by HTTP PUT and one by FTP.
const flows = "../exfil-lab/testdata/flows.jsonl"

func exec(t *testing.T, stdin string, args ...string) (out, errs string, err error) {
	var o, e bytes.Buffer
	err = command(t.Context(), &console{in: strings.NewReader(stdin), out: &o, err: &e}, args)
	return o.String(), e.String(), err
}

func TestRunForAPerson(t *testing.T) {
	out, errs, err := exec(t, "", "run", flows)
	require.NoError(t, err)
	require.Contains(t, out, "   ALERT   ")
	require.Contains(t, out, "   who     container exfil-http-put (ae74951d7d2c), image exfil-lab/victim\n")
	require.Contains(t, out, "── the defaults\n\nrecords   21 read, 0 of them late; 0 rejected\n")
	require.Contains(t, out, "open at the end\n")
	require.Contains(t, out, "ftp_upload ")
	require.Contains(t, out, "otelcol_exfil_records_read  ")
	require.Contains(t, errs, "read      21 log records in 19 requests, 39.3 KiB, in ")
	require.Contains(t, errs, "span      3s: from 2026-11-23T15:07:47.503346147Z to 2026-11-23T15:07:50.140313975Z\n")
}

// What run -json prints is what suggest reads, and what it prints is a valid list of
// allowances.
func TestRunJSONThenSuggest(t *testing.T) {
	out, errs, err := exec(t, "", "run", "-json", flows)
	require.NoError(t, err)
	for line := range strings.Lines(out) {
		_, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(line))
		require.NoError(t, err)
	}
	require.Contains(t, errs, "── the defaults")

	text, errs, err := exec(t, out, "suggest", "-")
	require.NoError(t, err)
	require.Empty(t, errs)
	require.Equal(t, 2, strings.Count(text, "- reason: "))
	require.Contains(t, text, "container: exfil-ftp-put\n")

	id := strings.Fields(text[strings.Index(text, "alert "):])[1]
	one, _, err := exec(t, out, "suggest", "-id", id, "-")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(one, "- reason: "))
	_, _, err = exec(t, out, "suggest", "-id", "nothing", "-")
	require.ErrorContains(t, err, `-id: no alert "nothing"`)
}

// Incidents that differ in size and time need one allowance, of the largest size
// and the latest expiry.
func TestSuggestGroups(t *testing.T) {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	(&flow.Resource{Namespace: "shop", CronJob: "db-backup"}).Encode(rl.Resource())
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for i, mib := range []int64{100, 300, 200} {
		at := time.Date(2026, time.March, 3+i, 2, 0, 0, 0, time.UTC).UnixNano()
		(&alert.Alert{
			ID: fmt.Sprint("id-", i), Status: alert.Closed, Severity: alert.High, Time: at, FirstSeen: at, LastSeen: at, Bytes: mib << 20,
			Destination: alert.Destination{Address: netip.MustParseAddr("203.0.113.80"), Port: 443, Protocol: "tls"},
			Evidence:    []alert.Finding{{Rule: &alert.Rule{Name: "bulk_upload"}, Unit: "By", Observed: float64(mib << 20)}},
		}).Encode(records.AppendEmpty())
	}
	line, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	text, _, err := exec(t, string(line), "suggest", "-")
	require.NoError(t, err)
	require.Equal(t, `# HIGH bulk_upload: cronjob shop/db-backup, 300.0 MiB to 203.0.113.80:443, 2026-03-04T02:00:00Z
# and 2 more like it
# alert id-0
# alert id-1
# alert id-2
- reason: 'fill in: why is this expected?'
  workload:
    namespace: shop
    kind: cronjob
    name: db-backup
  destination:
    networks: [203.0.113.80/32]
    ports: [443]
    protocols: [tls]
  max_bytes: 600MiB
  expires: "2026-06-03"
`, text)
}

func TestSuggestWithoutAlerts(t *testing.T) {
	out, errs, err := exec(t, "", "suggest", flows)
	require.NoError(t, err)
	require.Empty(t, out)
	require.Contains(t, errs, "no alerts in the input")
}

func TestAgainst(t *testing.T) {
	args := []string{"run", "-config", "yaml:rules::ftp_upload::enabled: true", "-against", "yaml:rules::ftp_upload::enabled: false"}
	out, _, err := exec(t, "", append(args, flows)...)
	require.NoError(t, err)
	require.NotContains(t, out, "ALERT")
	require.Contains(t, out, "── A: yaml:rules::ftp_upload::enabled: true\n")
	require.Contains(t, out, "── B: yaml:rules::ftp_upload::enabled: false\n")
	require.Contains(t, out, "only in A: yaml:rules::ftp_upload::enabled: true: 1\n")
	require.Contains(t, out, "\nverdict: B opens 1 incident instead of 2: 1 no longer (strongest: ")

	out, errs, err := exec(t, "", append(append(args, "-json"), flows)...)
	require.NoError(t, err)
	require.Contains(t, errs, "read      21 log records")
	var c backtest.Comparison
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	require.Equal(t, 2, c.A.Incidents)
	require.Equal(t, 1, c.B.Incidents)
	require.Len(t, c.OnlyA, 1)
	require.Equal(t, "ftp_upload", c.OnlyA[0].Rule)
}

// Two components of one file.
func TestAgainstComponent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte("processors: {exfil: , exfil/quiet: {rules: {ftp_upload: {enabled: false}}}}"), 0o600))
	out, _, err := exec(t, "", "run", "-config", file, "-component", "exfil", "-against-component", "exfil/quiet", flows)
	require.NoError(t, err)
	require.Contains(t, out, "── A: "+file+" exfil\n")
	require.Contains(t, out, "── B: "+file+" exfil/quiet\n")
	require.Contains(t, out, "verdict: B opens 1 incident instead of 2")
}

// The recording goes on behind what cannot be read; a file of nothing else is an
// error.
func TestUnreadable(t *testing.T) {
	data, err := os.ReadFile(flows)
	require.NoError(t, err)
	_, errs, err := exec(t, "time=1 \x1b[31mnoise\n"+string(data[:len(data)-50]), "run", "-")
	require.NoError(t, err)
	require.Contains(t, errs, "rejected  1 not OTLP, first stdin:1: ")
	require.Contains(t, errs, "rejected  1 cut off, first stdin:20: ")
	require.NotContains(t, errs, "\x1b")
	_, _, err = exec(t, "time=1 noise\n", "run", "-")
	require.ErrorContains(t, err, "nothing in the input is a record: stdin:1: ")
	_, _, err = exec(t, "time=1 noise\n", "suggest", "-")
	require.ErrorContains(t, err, "nothing in the input is a record: stdin:1: ")
	_, _, err = exec(t, "", "run", "-")
	require.NoError(t, err, "an empty recording is one")
}

func TestRefusals(t *testing.T) {
	for want, args := range map[string][]string{
		"no command":            {},
		`no command "replay"`:   {"replay"},
		"no records":            {"run"},
		"no alerts":             {"suggest"},
		"no such file":          {"run", "/nowhere/flows.jsonl"},
		"/nowhere/c.yaml":       {"run", "-config", "/nowhere/c.yaml", flows},
		"quiet_period: must be": {"run", "-against", "yaml:quiet_period: -1s", flows},
		"flag provided but not": {"run", "-speed", "9", flows},
		flag.ErrHelp.Error():    {"run", "-h"},
	} {
		_, _, err := exec(t, "", args...)
		require.ErrorContains(t, err, want)
	}
	out, _, err := exec(t, "", "help")
	require.NoError(t, err)
	require.Equal(t, usage, out)
}

// A suggestion can be pasted below allowances: as it is.
func TestSuggestionIsValid(t *testing.T) {
	alerts, _, err := exec(t, "", "run", "-json", flows)
	require.NoError(t, err)
	text, _, err := exec(t, alerts, "suggest", "-")
	require.NoError(t, err)
	retrieved, err := confmap.NewRetrievedFromYAML([]byte("allowances:\n" + text))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := exfilprocessor.NewFactory().CreateDefaultConfig()
	if err := conf.Unmarshal(cfg); err != nil {
		t.Skip("the processor takes no allowances yet: ", err)
	}
	require.NoError(t, confmap.Validate(cfg))

	file := filepath.Join(t.TempDir(), "allowed.yaml")
	require.NoError(t, os.WriteFile(file, []byte("allowances:\n"+text), 0o600))
	out, _, err := exec(t, "", "run", "-against", file, flows)
	require.NoError(t, err)
	require.Contains(t, out, "verdict: B opens 0 incidents instead of 2")
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := command(ctx, &console{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}}, []string{"run", flows})
	require.ErrorIs(t, err, context.Canceled)
}
