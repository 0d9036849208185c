package collector

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// TestFollowReadsLinesWrittenInParts writes an alert in two parts, as a buffer
// that fills up does, and a line that is no OTLP after it.
func TestFollowReadsLinesWrittenInParts(t *testing.T) {
	line := alertLine(t)
	path := filepath.Join(t.TempDir(), "output.jsonl")
	file, err := os.Create(path)
	require.NoError(t, err)
	_, err = file.Write(line[:len(line)/2])
	require.NoError(t, err)

	alerts, errs := make(chan Alert, 10), make(chan error, 10)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Follow(ctx, path, Handler{Alert: func(a Alert) { alerts <- a }, Error: func(err error) { errs <- err }})
	}()
	_, err = file.Write(append(line[len(line)/2:], "\nnonsense\n"...))
	require.NoError(t, err)
	require.NoError(t, file.Close())
	got := <-alerts
	assert.Equal(t, "x", got.ID)
	assert.Equal(t, "exfil-x", got.Workload.Container)
	assert.Error(t, <-errs)
	stop()
	<-done
	assert.Empty(t, alerts)
}

func alertLine(t *testing.T) []byte {
	t.Helper()
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	(&flow.Resource{Container: "exfil-x"}).Encode(rl.Resource())
	a := alert.Alert{ID: "x", Status: alert.Open, Severity: alert.High, Time: 1_800_000_000e9}
	a.Encode(rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	line, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	require.NoError(t, err)
	return line
}
