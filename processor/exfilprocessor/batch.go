package exfilprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// batch holds the resources of the records in hand, reused from batch to batch.
type batch struct {
	origins []origin
	// read are the resources that records of other products told, and latest the one
	// in use.
	read   map[flow.Resource]*origin
	latest *origin
}

// origin is a resource and the records under it.
type origin struct {
	resource flow.Resource
	source   engine.Source
	logs     plog.ResourceLogs // none where a record of another product told the resource
}

// reset makes room for n resources: pointers to them stay good until the next.
func (b *batch) reset(n int) {
	clear(b.origins)
	clear(b.read)
	b.latest = nil
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

// told is the origin that a record of another product tells of. The resource under
// which such a record came is that of the sensor which wrote it, or of whoever read
// its file: no more of it is taken than where that was.
func (b *batch) told(from *origin, res *flow.Resource) *origin {
	whose := *res
	sensor := &from.resource
	if whose.Cluster == "" {
		whose.Cluster = sensor.Cluster
	}
	if whose.Host == "" && whose.HostID == "" && whose.Node == "" {
		whose.Host, whose.HostID = sensor.Host, sensor.HostID
	}
	if b.latest != nil && b.latest.resource == whose {
		return b.latest
	}
	if o, ok := b.read[whose]; ok {
		b.latest = o
		return o
	}
	if b.read == nil {
		b.read = make(map[flow.Resource]*origin)
	}
	o := &origin{resource: whose}
	o.source = engine.NewSource(&o.resource)
	b.read[whose], b.latest = o, o
	return o
}

// of is the resource that the source was read from; an empty one without a source.
func (b *batch) of(source *engine.Source) plog.ResourceLogs {
	for i := range b.origins {
		if &b.origins[i].source == source {
			return b.origins[i].logs
		}
	}
	rl := plog.NewResourceLogs()
	if source != nil {
		source.Resource.Encode(rl.Resource())
	}
	return rl
}
