package tracker

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	scope     = "github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver"
	batchSize = 1024 // records
)

// batch gathers records, one ResourceLogs per container.
type batch struct {
	logs    plog.Logs
	groups  map[string]plog.LogRecordSlice
	records int
}

func (b *batch) reset() {
	b.logs = plog.NewLogs()
	b.groups = map[string]plog.LogRecordSlice{}
	b.records = 0
}

func (b *batch) full() bool { return b.records >= batchSize }

// begun says that the batch has a record of this container.
func (b *batch) begun(containerID string) bool {
	_, ok := b.groups[containerID]
	return ok
}

// begin makes room for a container's records.
func (b *batch) begin(resource *flow.Resource) {
	rl := b.logs.ResourceLogs().AppendEmpty()
	resource.Encode(rl.Resource())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scope)
	b.groups[resource.ContainerID] = sl.LogRecords()
}

// add appends a record of a container that has begun.
func (b *batch) add(containerID string, r *flow.Record) {
	r.Encode(b.groups[containerID].AppendEmpty())
	b.records++
}

// take hands over the records gathered.
func (b *batch) take() (plog.Logs, int) {
	logs, n := b.logs, b.records
	if n > 0 {
		b.reset()
	}
	return logs, n
}
