// Package workload says whose an address is: a container's by its network, and
// which container's by a mapping file.
//
// The file is a YAML list. An entry has an address or a network in CIDR form, a span of time
// if the address was not always the same workload's (from is included, until is not), and
// resource attributes by the names that flow records have:
//
//   - address: 10.0.3.7
//     from: 2026-01-05T09:00:00Z
//     until: 2026-01-05T17:30:00Z
//     attributes: {k8s.namespace.name: shop, k8s.deployment.name: cart}
//
// Of several entries the longest network decides that has one for the time; two of one
// network whose spans overlap are an error. An address of the mapping is observed whether
// or not a container network has it.
package workload

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
)

// Workload is whose an address is.
type Workload struct {
	Resource flow.Resource
}

// Directory knows the container networks and the mapping. Look-ups and Reload may go on
// at the same time. A nil one knows nobody.
type Directory struct {
	networks netset.Set
	path     string
	seen     version
	table    atomic.Pointer[table]
}

// version tells a file's states apart.
type version struct {
	modified time.Time
	size     int64
	missing  bool
}

// New reads the mapping file, if one is named; an error is about that.
func New(networks netset.Set, path string) (*Directory, error) {
	d := &Directory{path: path, networks: networks}
	d.table.Store(newTable(d.networks, nil))
	if _, err := d.Reload(); err != nil {
		return nil, err
	}
	return d, nil
}

// Reload reads the mapping file again if it has changed. After an error, which is told
// once for each change, what was read before stays. One goroutine at a time may call it.
func (d *Directory) Reload() (changed bool, err error) {
	if d.path == "" {
		return false, nil
	}
	now := version{missing: true}
	info, err := os.Stat(d.path)
	if err == nil {
		now = version{modified: info.ModTime(), size: info.Size()}
	}
	if now == d.seen {
		return false, nil
	}
	d.seen = now // a file that cannot be read is not tried again until it changes
	if err != nil {
		return false, err
	}
	entries, err := readFile(d.path)
	if err != nil {
		return false, fmt.Errorf("%s: %w", d.path, err)
	}
	share(d.table.Load(), entries)
	d.table.Store(newTable(d.networks, entries))
	return true, nil
}

// Lookup says whose an address was at a time, ns since the epoch, and whether it is
// a container's at all. The workload is nil where only its network is known.
func (d *Directory) Lookup(addr netip.Addr, at int64) (*Workload, bool) {
	if d == nil {
		return nil, false
	}
	return d.table.Load().lookup(addr, at)
}

// OfFlow is Lookup for an end of a flow: who had the address when the flow began, since
// its last packets may come after the container's end. Where that is not known, or nobody
// had it then (a log's clock may count whole seconds), it is who had it at the record's time.
func (d *Directory) OfFlow(addr netip.Addr, r *flow.Record) (*Workload, bool) {
	if r.Start != 0 {
		if w, observed := d.Lookup(addr, r.Start); w != nil {
			return w, observed
		}
	}
	return d.Lookup(addr, r.Time)
}

// entry is one of the mapping's.
type entry struct {
	prefix      netip.Prefix
	from, until int64 // until is not included
	workload    *Workload
	place       int // in the file, from 0
}

// share has entries with the attributes of an earlier one, or of one that was read before,
// be of the same workload: who tells workloads apart knows it again after a change.
func share(before *table, entries []entry) {
	known := map[flow.Resource]*Workload{}
	for _, of := range before.mapping {
		for _, e := range of { // in any order: no two that differ are equal
			known[e.workload.Resource] = e.workload
		}
	}
	for i, e := range entries {
		if w := known[e.workload.Resource]; w != nil {
			entries[i].workload = w
		} else {
			known[e.workload.Resource] = e.workload
		}
	}
}

// compare orders by network, then by time.
func (e entry) compare(f entry) int {
	return cmp.Or(e.prefix.Addr().Compare(f.prefix.Addr()), cmp.Compare(e.prefix.Bits(), f.prefix.Bits()),
		cmp.Compare(e.from, f.from), cmp.Compare(e.place, f.place))
}

// always is the span of an entry that names none.
const (
	beginning = int64(math.MinInt64)
	forever   = int64(math.MaxInt64)
)
