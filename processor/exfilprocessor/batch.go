package exfilprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// batch holds the resources of the records in hand, reused from batch to batch.
type batch struct {
	origins []origin
}

// origin is a resource and the records under it.
type origin struct {
	resource flow.Resource
	source   engine.Source
	logs     plog.ResourceLogs
}

// reset makes room for n resources: pointers to them stay good until the next.
func (b *batch) reset(n int) {
	clear(b.origins)
	b.origins = b.origins[:0]
	if cap(b.origins) < n {
		b.origins = make([]origin, 0, n)
	}
}

func (b *batch) add(rl plog.ResourceLogs) *origin {
	b.origins = append(b.origins, origin{logs: rl})
	o := &b.origins[len(b.origins)-1]
	o.resource.Decode(rl.Resource())
	o.source = engine.NewSource(&o.resource)
	return o
}

// of is the resource that the source was read from; an empty one without a source.
func (b *batch) of(source *engine.Source) plog.ResourceLogs {
	for i := range b.origins {
		if &b.origins[i].source == source {
			return b.origins[i].logs
		}
	}
	return plog.NewResourceLogs()
}
