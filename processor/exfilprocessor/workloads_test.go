package exfilprocessor

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// As ${env:WORKLOADS_FILE:-} leaves it where the variable is not set.
func TestNoWorkloadsFile(t *testing.T) {
	require.Empty(t, configure(t, []byte("networks: {workloads_file: }")).Networks.WorkloadsFile)
}

func TestAWorkloadsFileIsReadAtStart(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	writeList(t, bad, "[{address: 10.0.0.1}]", time.Unix(1, 0))
	for want, path := range map[string]string{
		"networks::workloads_file: " + bad + ": entry 1 (line 1): attributes": bad,
		"networks::workloads_file: stat ":                                     filepath.Join(t.TempDir(), "missing.yaml"),
	} {
		cfg := createDefaultConfig().(*Config)
		cfg.Networks.WorkloadsFile = path
		_, err := NewFactory().CreateLogs(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, new(consumertest.LogsSink))
		require.ErrorContains(t, err, want)
	}
}

// A file that changes is read; a failure is told once, and loses nothing.
func TestAWorkloadsFileIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	writeList(t, path, "[{address: 172.17.0.3, attributes: {container.name: before}}]", time.Unix(1, 0))
	core, logs := observer.New(zap.InfoLevel)
	set := processortest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	cfg, sink := learned(), new(consumertest.LogsSink)
	cfg.Networks.WorkloadsFile = path
	p, err := newProcessor(set, cfg, sink)
	require.NoError(t, err)
	whose := func(uid string) any {
		sink.Reset()
		takeForeign(t, p, map[string]any{"ts": float64(scenario.Base.Unix()), "uid": uid, "proto": "tcp", "conn_state": "SF",
			"id.orig_h": "172.17.0.3", "id.resp_h": "203.0.113." + uid, "orig_bytes": 50 << 20, "resp_bytes": 100})
		require.Len(t, sink.AllLogs(), 1)
		return sink.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().AsRaw()["container.name"]
	}
	p.now = func() time.Time { return scenario.Base }
	require.Equal(t, "before", whose("1"))

	writeList(t, path, "[{address: 172.17.0.3, attributes: {container.name: after}}]", time.Unix(2, 0))
	p.rereadWorkloads()
	p.rereadWorkloads()
	require.Equal(t, 1, logs.FilterMessage("The workloads file was read").Len())
	require.Equal(t, "after", whose("2"))

	writeList(t, path, "[{address: nowhere}]", time.Unix(3, 0))
	p.rereadWorkloads()
	p.rereadWorkloads()
	require.Equal(t, 1, logs.FilterLevelExact(zap.ErrorLevel).Len())
	require.Equal(t, "after", whose("3"))
}
