package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

// Record runs scenarios and writes their flow records as OTLP JSON lines, for a
// replay where no kernel can be watched.
func (l *Lab) Record(ctx context.Context, binary string, scenarios []Scenario, w io.Writer) error {
	news := make(chan struct{}, 1)
	c, err := l.Collect(ctx, binary, collector.Handler{
		Alert: func(collector.Alert) {},
		Flow: func(*flow.Resource, *flow.Record) {
			select {
			case news <- struct{}{}:
			default:
			}
		},
		Error: func(error) {},
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, s := range scenarios {
		_, err := l.Exec(ctx, s)
		failed = append(failed, err)
		silence(news, 2*time.Second)
	}
	if err := errors.Join(append(failed, c.Stop())...); err != nil {
		return err
	}
	output, err := os.ReadFile(c.Output())
	if err != nil {
		return err
	}
	for line := range bytes.Lines(output) {
		if err := flowsOf(line, w); err != nil {
			return err
		}
	}
	return nil
}

// silence waits until there has been no news for a while.
func silence(news <-chan struct{}, while time.Duration) {
	for {
		select {
		case <-news:
		case <-time.After(while):
			return
		}
	}
}

// flowsOf writes a line again, without what is no flow record.
func flowsOf(line []byte, w io.Writer) error {
	logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
	if err != nil {
		return err
	}
	for _, rl := range logs.ResourceLogs().All() {
		rl.Resource().Attributes().Remove("host.id") // the machine's: nobody's business
		rl.Resource().Attributes().PutStr("host.name", "lab")
		for _, sl := range rl.ScopeLogs().All() {
			sl.LogRecords().RemoveIf(func(lr plog.LogRecord) bool { return !flow.Is(lr) })
		}
		rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool { return sl.LogRecords().Len() == 0 })
	}
	logs.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool { return rl.ScopeLogs().Len() == 0 })
	if logs.LogRecordCount() == 0 {
		return nil
	}
	text, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
