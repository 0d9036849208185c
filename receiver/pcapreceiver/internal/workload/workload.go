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

// Directory knows the container networks and the mapping. Lookup and Reload may be
// called at the same time.
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
}

// New reads the networks, in CIDR form, and the mapping file, if one is named. An
// error names the receiver's key.
func New(networks []string, path string) (*Directory, error) {
	inside, err := netset.Parse(networks)
	if err != nil {
		return nil, fmt.Errorf("container_networks: %w", err)
	}
	d := &Directory{path: path, networks: inside}
	d.table.Store(newTable(d.networks, nil))
	if _, err := d.Reload(); err != nil {
		return nil, err
	}
	return d, nil
}

// Reload reads the mapping file again if it has changed. After an error what was read
// before stays.
func (d *Directory) Reload() (changed bool, err error) {
	if d.path == "" {
		return false, nil
	}
	info, err := os.Stat(d.path)
	if err != nil {
		return false, fmt.Errorf("workloads_file: %w", err)
	}
	now := version{info.ModTime(), info.Size()}
	if now == d.seen {
		return false, nil
	}
	d.seen = now // a file that cannot be read is not tried again until it changes
	entries, err := readFile(d.path)
	if err != nil {
		return false, fmt.Errorf("workloads_file: %s: %w", d.path, err)
	}
	d.table.Store(newTable(d.networks, entries))
	return true, nil
}

// Lookup says whose an address was at a time, ns since the epoch, and whether it is
// a container's at all. The workload is nil where only its network is known.
func (d *Directory) Lookup(addr netip.Addr, at int64) (*Workload, bool) {
	return d.table.Load().lookup(addr, at)
}

// entry is one of the mapping's.
type entry struct {
	prefix      netip.Prefix
	from, until int64 // until is not included
	workload    *Workload
	place       int // in the file, from 0
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
