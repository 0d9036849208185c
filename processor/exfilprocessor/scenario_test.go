package exfilprocessor

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"golang.org/x/tools/txtar"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

var update = flag.Bool("update", false, "write what comes out of the scenarios to testdata")

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runFile(t, file) })
	}
}

func runFile(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	parts := make(map[string]*[]byte)
	for i := range archive.Files {
		parts[archive.Files[i].Name] = &archive.Files[i].Data
	}
	for _, name := range []string{"config.yaml", "records", "alerts", "metrics"} {
		require.Contains(t, parts, name)
	}
	alerts, metrics := play(t, *parts["config.yaml"], string(*parts["records"]))
	again, _ := play(t, *parts["config.yaml"], string(*parts["records"]))
	require.Equal(t, alerts, again, "the same records give other alerts")
	if *update {
		*parts["alerts"], *parts["metrics"] = []byte(alerts), []byte(metrics)
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
		return
	}
	require.Equal(t, string(*parts["alerts"]), alerts)
	require.Equal(t, string(*parts["metrics"]), metrics)
}

// play runs records through a processor and returns what it says and measures.
func play(t *testing.T, config []byte, records string) (alerts, metrics string) {
	steps, err := scenario.Parse(records)
	require.NoError(t, err)
	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	sink := new(consumertest.LogsSink)
	p, err := newProcessor(set, configure(t, config), sink)
	require.NoError(t, err)
	out := scenario.NewWriter()
	for _, step := range steps {
		require.NoError(t, out.Logs(take(t, p, sink, step)))
	}
	var rm metricdata.ResourceMetrics
	require.NoError(t, tel.Reader.Collect(context.Background(), &rm))
	require.NoError(t, p.shutdown(context.Background()))
	return out.String(), scenario.Metrics(&rm)
}

// take makes one step and returns what came of it: what passed, then the alerts.
func take(t *testing.T, p *exfil, sink *consumertest.LogsSink, step scenario.Step) plog.Logs {
	p.now = func() time.Time { return step.Wall }
	ld := plog.NewLogs()
	if step.Tick {
		p.pass(context.Background())
	} else {
		var err error
		if ld, err = p.process(context.Background(), step.Logs); err != nil {
			require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData)
		}
	}
	for _, sent := range sink.AllLogs() {
		sent.ResourceLogs().MoveAndAppendTo(ld.ResourceLogs())
	}
	sink.Reset()
	return ld
}

func configure(t *testing.T, yaml []byte) *Config {
	retrieved, err := confmap.NewRetrievedFromYAML(yaml)
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := learned()
	require.NoError(t, conf.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	return cfg
}

// learned is the default configuration of an engine past its learning period.
func learned() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Learning = 0
	return cfg
}
