package exfilprocessor

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadatatest"
)

func writeList(t *testing.T, path, content string, at time.Time) {
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	require.NoError(t, os.Chtimes(path, at, at))
}

// A file that cannot be read, or holds nothing of use, is an error that names its key.
func TestIndicatorFilesAreReadAtStart(t *testing.T) {
	good, bad := filepath.Join(t.TempDir(), "good.txt"), filepath.Join(t.TempDir(), "bad.txt")
	writeList(t, good, "203.0.113.66\n", time.Unix(1, 0))
	writeList(t, bad, "<html>not found</html>\n", time.Unix(1, 0))
	for want, files := range map[string][]string{
		"indicators::files[1]": {good, bad},
		"indicators::files[0]": {filepath.Join(t.TempDir(), "missing.txt"), good},
	} {
		cfg := createDefaultConfig().(*Config)
		cfg.Indicators.Files = files
		_, err := NewFactory().CreateLogs(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, new(consumertest.LogsSink))
		require.ErrorContains(t, err, want)
	}
}

// A file that changes is read; a failure is told once, counted, and loses nothing.
func TestIndicatorFilesAreReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	writeList(t, path, "203.0.113.66\n", time.Unix(1, 0))
	tel := componenttest.NewTelemetry()
	core, logs := observer.New(zap.InfoLevel)
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	cfg := createDefaultConfig().(*Config)
	cfg.Indicators.Files = []string{path}
	p, err := newProcessor(set, cfg, new(consumertest.LogsSink))
	require.NoError(t, err)
	now := time.Now()
	p.now = func() time.Time { return now }
	held := func(want int64) {
		metadatatest.AssertEqualExfilIndicators(t, tel, []metricdata.DataPoint[int64]{{Value: want}}, metricdatatest.IgnoreTimestamp())
	}
	held(1)

	writeList(t, path, "203.0.113.66\n203.0.113.67\n", time.Unix(2, 0))
	now = now.Add(11 * time.Second)
	p.reread(t.Context())
	held(2)
	require.Equal(t, 1, logs.FilterMessage("An indicator file was read").Len())

	writeList(t, path, "", time.Unix(3, 0))
	for range 3 {
		now = now.Add(11 * time.Second)
		p.reread(t.Context())
	}
	held(2)
	require.Equal(t, 1, logs.FilterLevelExact(zap.ErrorLevel).Len())
	metadatatest.AssertEqualExfilIndicatorFailures(t, tel, []metricdata.DataPoint[int64]{{Value: 1}}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, p.shutdown(t.Context()))
	require.NoError(t, tel.Shutdown(t.Context()))
}
