package exfilprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/keep"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
)

// voice turns alerts into log records under their workload's own resource.
type voice struct {
	version string
	// resources holds the resource of each open incident by alert id, as it was
	// when the incident opened; its size is bounded by limits::incidents.
	resources map[string]plog.ResourceLogs
	said      plog.ResourceLogsSlice
	notes     []keep.Note // one for each of said, with a storage
}

func newVoice(version string) *voice {
	return &voice{
		version:   version,
		resources: make(map[string]plog.ResourceLogs),
		said:      plog.NewResourceLogsSlice(),
	}
}

// say queues an alert. About is the resource of an incident that opens; a later
// alert of the same incident has the same one.
func (v *voice) say(a *engine.Said, about plog.ResourceLogs) {
	resource, ok := v.resources[a.ID]
	if !ok {
		resource = bare(about)
		v.resources[a.ID] = resource
	}
	rl := v.said.AppendEmpty()
	resource.CopyTo(rl)
	if a.Saved != nil {
		v.notes = append(v.notes, keep.Note{ID: a.ID, Status: a.Status, Record: record(resource, a.Saved)})
	}
	if a.Status == alert.Closed {
		delete(v.resources, a.ID)
	}
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(metadata.ScopeName)
	sl.Scope().SetVersion(v.version)
	a.Encode(sl.LogRecords().AppendEmpty())
}

const (
	// maxAttribute is the longest attribute of a resource that alerts carry, key and
	// value in bytes, and maxResource is how long all of them may be.
	maxAttribute = 4 << 10
	maxResource  = 64 << 10
)

// bare copies the resource without its records. It is kept as long as its
// incident: what a hostile sender made too long is left out.
func bare(rl plog.ResourceLogs) plog.ResourceLogs {
	copied := plog.NewResourceLogs()
	rl.Resource().CopyTo(copied.Resource())
	room := maxResource
	copied.Resource().Attributes().RemoveIf(func(key string, v pcommon.Value) bool {
		size := len(key) + sizeOf(v)
		if size > min(maxAttribute, room) {
			return true
		}
		room -= size
		return false
	})
	if len(rl.SchemaUrl()) <= maxAttribute {
		copied.SetSchemaUrl(rl.SchemaUrl())
	}
	return copied
}

// sizeOf is about how many bytes v holds.
func sizeOf(v pcommon.Value) int {
	size := 8
	switch v.Type() {
	case pcommon.ValueTypeStr:
		size += len(v.Str())
	case pcommon.ValueTypeBytes:
		size += v.Bytes().Len()
	case pcommon.ValueTypeSlice:
		for _, element := range v.Slice().All() {
			size += sizeOf(element)
		}
	case pcommon.ValueTypeMap:
		for key, element := range v.Map().All() {
			size += len(key) + sizeOf(element)
		}
	default:
	}
	return size
}
