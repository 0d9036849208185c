package arena

import (
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// batch is what arrives at the processor together: some records, by container,
// as receivers send them.
type batch struct {
	logs   plog.Logs
	count  int
	places map[*traffic.Replica]plog.LogRecordSlice
	began  int64 // time of the first record
	gone   []loss
}

// loss is bytes that an attack sent.
type loss struct {
	who         *traffic.Instance
	start, time int64
	bytes       int64
}

const (
	// batchSpan is how much time a batch covers at most: less than the lateness
	// that the processor allows, since a container's records go together.
	batchSpan = int64(time.Minute)
	// batchSize is how many records one has at most.
	batchSize = 1024
)

func newBatch() *batch {
	return &batch{logs: plog.NewLogs(), places: make(map[*traffic.Replica]plog.LogRecordSlice)}
}

// full says whether a record at that time must wait for the next batch.
func (b *batch) full(at int64) bool {
	return b.count >= batchSize || b.count > 0 && at-b.began >= batchSpan
}

func (b *batch) add(e *traffic.Event) {
	if b.count == 0 {
		b.began = e.Record.Time
	}
	b.count++
	records, ok := b.places[e.Replica]
	if !ok {
		rl := b.logs.ResourceLogs().AppendEmpty()
		e.Replica.Resource.Encode(rl.Resource())
		records = rl.ScopeLogs().AppendEmpty().LogRecords()
		b.places[e.Replica] = records
	}
	e.Record.Encode(records.AppendEmpty())
	if e.Attack {
		start := e.Record.Start
		if start == 0 {
			start = e.Record.Time
		}
		b.gone = append(b.gone, loss{who: e.Who, start: start, time: e.Record.Time, bytes: e.Record.Bytes})
	}
}
