// Package tracker turns the kernel's events into flow records: it knows what
// each flow speaks, whose it is and what its peer is called. One goroutine reads
// and owns all of it; a second one only asks the kernel to sweep.
package tracker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/process"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/batch"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/ftpdata"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/peername"
)

// Containers finds the container behind a cgroup. *container.Resolver is one.
type Containers interface {
	Add(cgroup uint64, path string)
	Remove(cgroup uint64)
	Lookup(cgroup uint64) (*container.Container, bool)
	IsHost(cgroup uint64) bool
}

const scope = "github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver"

// Options are a Tracker's surroundings.
type Options struct {
	Source     event.Source
	Containers Containers
	// Emit takes a batch of records; those that it answers with an error are
	// counted as refused. It is called from the reading goroutine; while it
	// blocks, the kernel keeps counting.
	Emit func(context.Context, plog.Logs, int) error
	// Clock is the wall clock minus CLOCK_MONOTONIC, in nanoseconds.
	Clock func() int64
	// Now is the wall clock, for deadlines only.
	Now func() time.Time
	// Proc is where the host's /proc is mounted.
	Proc         string
	Host, HostID string
	// HostProcesses has the flows of processes in no container reported too.
	HostProcesses bool
	// MaxFlows bounds the flows whose protocol is remembered.
	MaxFlows int
}

// Tracker owns everything that is known in user space.
type Tracker struct {
	Options
	Counts

	flows     *simplelru.LRU[flowKey, *application.State]
	hellos    *simplelru.LRU[flowKey, []byte]
	processes *process.Table
	names     *peername.Table[string]
	expected  *ftpdata.Expected[string] // FTP's data channels
	requested *ftpdata.Expected[string] // TFTP's transfers
	batch     *batch.Batch[string]
	waiting   waiting
}

// New returns a Tracker at rest.
func New(o Options) (*Tracker, error) {
	t := &Tracker{
		Options:   o,
		processes: process.NewTable(o.Proc),
		names:     peername.NewTable[string](),
		expected:  ftpdata.NewExpected[string](),
		requested: ftpdata.NewExpected[string](),
		batch:     batch.New[string](scope),
	}
	flows, err := simplelru.NewLRU[flowKey, *application.State](o.MaxFlows, nil)
	if err != nil {
		return nil, fmt.Errorf("max_flows %d: %w", o.MaxFlows, err)
	}
	t.flows = flows
	if t.hellos, err = simplelru.NewLRU[flowKey, []byte](mostHellos, nil); err != nil {
		return nil, err
	}
	return t, nil
}

// Run reads events until the source ends or fails, then emits what it still
// holds.
func (t *Tracker) Run(ctx context.Context) error {
	var e event.Event
	defer func() {
		t.release(true)
		t.flush(ctx)
	}()
	for {
		err := t.Source.Read(&e)
		switch {
		case err == nil:
			t.handle(&e)
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("read events: %w", err)
		}
		if t.batch.Full() || !t.Source.Pending() {
			t.release(false)
			t.flush(ctx)
		}
	}
}

func (t *Tracker) handle(e *event.Event) {
	t.Events.Add(1)
	switch e.Kind {
	case event.KindFlow:
		t.onFlow(&e.Flow)
	case event.KindSample:
		t.onSample(&e.Sample)
	case event.KindExec:
		t.processes.Exec(e.Exec.TGID, e.Exec.Parent, e.Exec.File, e.Exec.Args)
	case event.KindFork:
		t.processes.Fork(e.Fork.TGID, e.Fork.Parent)
	case event.KindCgroupMade:
		t.Containers.Add(e.Cgroup.ID, e.Cgroup.Path)
	case event.KindCgroupGone:
		t.Containers.Remove(e.Cgroup.ID)
		t.Source.Forget(e.Cgroup.ID)
	}
}
