// Package batch gathers flow records for the next component: one ResourceLogs per
// container, each told of what its observer has lost.
package batch

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const most = 1024 // records

// Batch is the records gathered. K is how its user tells containers apart. It is
// for one goroutine.
type Batch[K comparable] struct {
	scope   string
	logs    plog.Logs
	groups  map[K]*group
	records int
	told    told[K]
}

type group struct {
	records plog.LogRecordSlice
	lost    int64 // to be said by the next record
}

// New returns an empty batch of a scope, the receiver's package.
func New[K comparable](scope string) *Batch[K] {
	b := &Batch[K]{scope: scope}
	b.reset()
	return b
}

func (b *Batch[K]) reset() {
	b.logs = plog.NewLogs()
	b.groups = map[K]*group{}
	b.records = 0
}

// Full says that it is time to send.
func (b *Batch[K]) Full() bool { return b.records >= most }

// Begun says that the batch has room for this container's records.
func (b *Batch[K]) Begun(container K) bool {
	_, ok := b.groups[container]
	return ok
}

// Begin makes room for a container's records, the first of which says what of lost,
// the observer's loss since its start, the container has not been told.
func (b *Batch[K]) Begin(container K, resource *flow.Resource, lost int64) {
	rl := b.logs.ResourceLogs().AppendEmpty()
	resource.Encode(rl.Resource())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(b.scope)
	b.groups[container] = &group{records: sl.LogRecords(), lost: b.told.news(container, lost)}
}

// Add appends a record of a container that has begun.
func (b *Batch[K]) Add(container K, r *flow.Record) {
	g := b.groups[container]
	r.Lost, g.lost = g.lost, 0
	r.Encode(g.records.AppendEmpty())
	b.records++
}

// Send hands over the records gathered, if there are any, and begins anew. Where emit
// does not take them, what they told of loss is told again.
func (b *Batch[K]) Send(emit func(plog.Logs, int) error) error {
	logs, n := b.logs, b.records
	if n == 0 {
		return nil
	}
	b.reset()
	err := emit(logs, n)
	if err != nil {
		b.told.unsay()
	}
	b.told.said()
	return err
}
