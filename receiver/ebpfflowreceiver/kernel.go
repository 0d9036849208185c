package ebpfflowreceiver

import (
	"errors"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// kernel is this machine: everything above it runs anywhere.
type kernel struct {
	source     event.Source
	containers *container.Resolver
	clock      func() int64
	proc       string
	host       string
	hostID     string
}

func (k *kernel) close() error {
	return errors.Join(k.source.Close(), k.containers.Shutdown())
}
