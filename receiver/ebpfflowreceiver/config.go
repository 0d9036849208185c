package ebpfflowreceiver

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Config is the receiver's configuration. The zero value of an optional path
// means: find it.
type Config struct {
	// Interval is how often a live flow reports. A flow also reports at once
	// when it has sent 1 MiB, at every doubling, and at its end.
	Interval time.Duration `mapstructure:"interval"`
	// HostProcesses has processes outside containers reported too.
	HostProcesses bool `mapstructure:"host_processes"`
	// NestedContainers has a container within a container (kind, Docker in
	// Docker) reported as itself rather than as the outer one.
	NestedContainers bool `mapstructure:"nested_containers"`
	// HostRoot is where the host's root directory is mounted, for a collector
	// in a container.
	HostRoot string `mapstructure:"host_root"`
	// CgroupRoot is the mount point of cgroup v2. Empty: found in
	// /proc/self/mountinfo.
	CgroupRoot string `mapstructure:"cgroup_root"`
	// RuntimeSockets are the Docker Engine API sockets asked for the names of
	// containers; podman's speaks the same. Null: the usual places. Empty: none.
	RuntimeSockets []string `mapstructure:"runtime_sockets"`
	// MaxFlows bounds the flows whose protocol is remembered.
	MaxFlows int `mapstructure:"max_flows"`
	// RingBufferSize is the size in bytes of the buffer between kernel and
	// collector: a power of two.
	RingBufferSize int `mapstructure:"ring_buffer_size"`
}

const (
	leastInterval   = time.Second
	leastRingBuffer = 64 << 10
	mostRingBuffer  = 1 << 30
)

func createDefaultConfig() *Config {
	return &Config{
		Interval:       10 * time.Second,
		MaxFlows:       65536,
		RingBufferSize: 8 << 20,
	}
}

// Validate reports settings that cannot work, by their key.
func (c *Config) Validate() error {
	var errs []error
	if c.Interval < leastInterval {
		errs = append(errs, fmt.Errorf("interval: %v is less than %v", c.Interval, leastInterval))
	}
	if c.MaxFlows < 1 {
		errs = append(errs, fmt.Errorf("max_flows: %d is not positive", c.MaxFlows))
	}
	size := c.RingBufferSize
	if size < leastRingBuffer || size > mostRingBuffer || size&(size-1) != 0 {
		errs = append(errs, fmt.Errorf("ring_buffer_size: %d is not a power of two between %d and %d",
			size, leastRingBuffer, mostRingBuffer))
	}
	errs = append(errs, absolute("host_root", c.HostRoot), absolute("cgroup_root", c.CgroupRoot))
	for _, socket := range c.RuntimeSockets {
		errs = append(errs, absolute("runtime_sockets", socket))
	}
	return errors.Join(errs...)
}

func absolute(key, path string) error {
	if path == "" || filepath.IsAbs(path) {
		return nil
	}
	return fmt.Errorf("%s: %q is not an absolute path", key, path)
}
