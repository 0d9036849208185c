package exfilconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-exfil/otelcol-exfil/connector/exfilconnector/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// NewFactory returns the factory of the exfil connector. Its configuration is the
// processor's.
func NewFactory() connector.Factory {
	return connector.NewFactory(
		metadata.Type,
		exfilprocessor.NewFactory().CreateDefaultConfig,
		connector.WithLogsToLogs(createLogsToLogs, metadata.LogsToLogsStability),
	)
}

func createLogsToLogs(ctx context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Logs, error) {
	detector := exfilprocessor.NewFactory()
	products := append([]string{}, cfg.(*exfilprocessor.Config).Dialects...) // nil would be all
	reader, err := dialect.NewReader(dialect.Options{Products: products})
	if err != nil {
		return nil, err
	}
	p, err := detector.CreateLogs(ctx, processor.Settings{
		ID:                component.NewIDWithName(detector.Type(), set.ID.Name()),
		TelemetrySettings: set.TelemetrySettings,
		BuildInfo:         set.BuildInfo,
	}, cfg, next)
	return &exfil{Logs: p, reader: reader}, err
}

// exfil shows the processor flow records only, its own and those of the products that
// it reads: the others have their own way from the first pipeline, and would come out
// of the second twice.
type exfil struct {
	processor.Logs
	reader *dialect.Reader
}

// ConsumeLogs takes the flow records out of ld. It is the connector's own: the
// processor says that it changes data.
func (e *exfil) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	flow.Remove(ld, func(lr plog.LogRecord) bool { return !flow.Is(lr) && !e.reader.Knows(lr) })
	return e.Logs.ConsumeLogs(ctx, ld)
}
