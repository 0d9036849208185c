package collector

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Alert is an alert record as it came out, with its workload.
type Alert struct {
	alert.Alert
	Workload flow.Resource
	Arrived  time.Time // when the lab read it
}

// Handler takes what the collector writes. Strings alias the record: keep it
// whole, or copy.
type Handler struct {
	Alert func(Alert)
	Flow  func(*flow.Resource, *flow.Record) // nil: not wanted
	Error func(error)                        // a line that is no OTLP, an alert without an id
}

// Follow reads a growing file of OTLP JSON lines until the context ends, and
// then what is left.
func Follow(ctx context.Context, path string, on Handler) {
	var file *os.File
	for file == nil {
		var err error
		if file, err = os.Open(path); err != nil && !pause(ctx) {
			return
		}
	}
	defer file.Close()
	lines := &lineReader{r: bufio.NewReaderSize(file, 1<<20)}
	for {
		more := pause(ctx)
		for line := lines.next(on.Error); line != nil; line = lines.next(on.Error) {
			on.line(line)
		}
		if !more {
			return
		}
	}
}

// pause waits a little, or says that the context has ended.
func pause(ctx context.Context) bool {
	t := time.NewTimer(2 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// lineReader joins a line that was written in parts.
type lineReader struct {
	r    *bufio.Reader
	part []byte
}

// next is the next whole line, or nil where there is none yet.
func (l *lineReader) next(failed func(error)) []byte {
	chunk, err := l.r.ReadBytes('\n')
	l.part = append(l.part, chunk...)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			failed(err)
		}
		return nil
	}
	line := l.part
	l.part = nil
	return line
}

func (h Handler) line(line []byte) {
	arrived := time.Now()
	logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
	if err != nil {
		h.Error(err)
		return
	}
	for _, rl := range logs.ResourceLogs().All() {
		var workload flow.Resource
		workload.Decode(rl.Resource())
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				h.record(&workload, lr, arrived)
			}
		}
	}
}

func (h Handler) record(workload *flow.Resource, lr plog.LogRecord, arrived time.Time) {
	switch {
	case alert.Is(lr):
		a := Alert{Workload: *workload, Arrived: arrived}
		if err := a.Decode(lr); err != nil {
			h.Error(err)
			return
		}
		h.Alert(a)
	case flow.Is(lr) && h.Flow != nil:
		var r flow.Record
		if err := r.Decode(lr); err != nil {
			h.Error(err)
			return
		}
		h.Flow(workload, &r)
	}
}
