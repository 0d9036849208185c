package ebpfflowreceiver

import (
	"errors"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/tracker"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// containers is what the receiver asks of a *container.Resolver.
type containers interface {
	tracker.Containers
	HandlesRefused() error
	Shutdown() error
}

var _ containers = (*container.Resolver)(nil)

// kernel is this machine: everything above it runs anywhere.
type kernel struct {
	source     event.Source
	containers containers
	clock      func() int64
	proc       string
	host       string
	hostID     string
}

func (k *kernel) close() error {
	return errors.Join(k.source.Close(), k.containers.Shutdown())
}
