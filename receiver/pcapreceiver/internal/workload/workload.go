// Package workload says whose an address is: a container's by its network, and
// which container's by a mapping file.
package workload

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Workload is whose an address is.
type Workload struct {
	Resource flow.Resource
}

// Directory knows the container networks and the mapping. Lookup and Reload may be
// called at the same time.
type Directory struct {
	networks []netip.Prefix
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
	d := &Directory{path: path}
	for _, text := range networks {
		p, err := netip.ParsePrefix(text)
		if err != nil || p != p.Masked() || p.Addr().Is4In6() {
			return nil, fmt.Errorf("container_networks: %q is not a network such as 10.0.0.0/8", text)
		}
		d.networks = append(d.networks, p)
	}
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

// entry is one line of the mapping.
type entry struct {
	prefix      netip.Prefix
	from, until int64 // until is not included
	workload    *Workload
}

// always is the span of an entry that names none.
const (
	beginning = int64(math.MinInt64)
	forever   = int64(math.MaxInt64)
)
