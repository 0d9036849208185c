package backtest

import (
	"context"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Alerts are the incidents that a recording of alerts tells of.
type Alerts struct {
	Read      *recording.Stats
	Incidents []*Incident // as they were first said, each as it was said last
	Forgotten int64       // alerts of incidents past the 100,000 that are kept
	Broken    int64       // alert records that do not say what an alert must
	Err       error       // of the first of them
}

// ReadAlerts reads recorded alerts; records of other kinds may be among them.
func ReadAlerts(ctx context.Context, inputs []recording.Input) (*Alerts, error) {
	var book ledger
	var out Alerts
	var err error
	out.Read, err = recording.Read(ctx, inputs, func(b *recording.Batch) error {
		for _, rl := range b.Logs.ResourceLogs().All() {
			out.take(&book, rl)
		}
		return nil
	})
	out.Incidents, out.Forgotten = book.incidents, book.forgotten
	return &out, err
}

func (o *Alerts) take(book *ledger, rl plog.ResourceLogs) {
	for _, sl := range rl.ScopeLogs().All() {
		for _, lr := range sl.LogRecords().All() {
			if alert.Is(lr) {
				o.enter(book, rl, lr)
			}
		}
	}
}

// enter copies the record first: it would keep the whole request in memory.
func (o *Alerts) enter(book *ledger, rl plog.ResourceLogs, lr plog.LogRecord) {
	own := plog.NewLogRecord()
	lr.CopyTo(own)
	var a alert.Alert
	if err := a.Decode(own); err != nil {
		if o.Broken++; o.Err == nil {
			o.Err = err
		}
		return
	}
	var workload flow.Resource
	workload.Decode(rl.Resource())
	book.enter(&workload, &a)
}
