//go:build capture

package capture

import (
	"bufio"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/wiretap"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// recording is one capture of all scenarios.
type recording struct {
	dir       string
	packets   string // pcapng
	workloads string // the mapping file
	outcomes  []lab.Outcome
	addresses map[netip.Addr]bool // containers'
}

// record runs every scenario once, with a download of 30 MB instead of 3 GB.
func record(t *testing.T) *recording {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("the lab needs root")
	}
	l, err := lab.New(t.Context(), lab.Options{
		Program:  filepath.Join(filepath.Dir(distribution.Binary(t)), "exfil-lab"),
		Size:     20 << 20,
		Download: 30_000_000,
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	dir := t.TempDir()
	r := &recording{
		dir:       dir,
		packets:   filepath.Join(dir, "lab.pcapng"),
		workloads: filepath.Join(dir, "lab.workloads.yaml"),
		addresses: make(map[netip.Addr]bool),
	}
	var c *lab.Capture
	write(t, r.packets, func(w *bufio.Writer) (err error) {
		c, err = l.Capture(t.Context(), lab.Scenarios(), wiretap.MaxSnap, w)
		return err
	})
	write(t, r.workloads, func(w *bufio.Writer) error { return lab.WriteWorkloads(w, c.Workloads) })
	for _, w := range c.Workloads {
		r.addresses[netip.MustParseAddr(w.Address)] = true
	}
	for _, o := range c.Outcomes {
		assert.Empty(t, o.Skipped, o.Scenario)
	}
	r.outcomes = c.Outcomes
	t.Logf("%d packets of %d scenarios, containers by %s", c.Packets, len(c.Outcomes), l.Engine.Name())
	return r
}

func write(t *testing.T, path string, with func(*bufio.Writer) error) {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriterSize(file, 1<<20)
	require.NoError(t, with(w))
	require.NoError(t, w.Flush())
	require.NoError(t, file.Close())
}

// observed says that an address is a container's: the receiver tells of no other.
func (r *recording) observed(a netip.Addr) bool { return r.addresses[a] }
