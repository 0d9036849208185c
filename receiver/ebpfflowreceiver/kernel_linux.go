//go:build linux && (amd64 || arm64)

package ebpfflowreceiver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/bpf"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// openKernel attaches the probes and then looks for containers, so that none
// that starts in between is missed.
func openKernel(c *Config, log *zap.Logger) (*kernel, error) {
	containers, err := container.NewResolver(container.Config{
		HostRoot: c.HostRoot, CgroupRoot: c.CgroupRoot, Sockets: c.RuntimeSockets,
		Nested: c.NestedContainers})
	if err != nil {
		return nil, fmt.Errorf("cgroup v2 of the host: %w", err)
	}
	containers.Start()
	source, err := bpf.Open(bpf.Options{
		Cgroup: containers.Root(), RingBuffer: uint32(c.RingBufferSize)})
	if err != nil {
		return nil, errors.Join(err, containers.Shutdown())
	}
	k := &kernel{
		source:     source,
		containers: containers,
		clock:      bpf.WallClock,
		proc:       filepath.Join("/", c.HostRoot, "proc"),
		hostID:     readLine(filepath.Join("/", c.HostRoot, "etc/machine-id")),
	}
	if k.host, err = os.Hostname(); err != nil {
		log.Warn("The host has no name", zap.Error(err))
	}
	if err := containers.Scan(context.Background()); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

// readLine returns a file's first line, or nothing.
func readLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}
