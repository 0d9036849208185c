package pcapreceiver

import (
	"errors"
	"fmt"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture/filter"
)

// Config is the receiver's configuration: a path or an interface, and whose
// addresses the containers' are.
type Config struct {
	// Path is a capture file, a glob, a directory, or "-", standard input.
	Path string `mapstructure:"path"`
	// Follow has a directory or a glob read on as its files grow and new ones come.
	Follow bool `mapstructure:"follow"`
	// ExitAtEnd has the collector shut down when the input has been read.
	ExitAtEnd bool `mapstructure:"exit_at_end"`

	// Interface is a network interface to listen on, instead of Path (Linux).
	Interface string `mapstructure:"interface"`
	// Filter chooses what an interface hands over, in tcpdump's language.
	Filter string `mapstructure:"filter"`
	// SnapLength is how many bytes of a live frame are looked at.
	SnapLength int `mapstructure:"snap_length"`
	// BufferSize is the size in bytes of the kernel's buffer for an interface.
	BufferSize int `mapstructure:"buffer_size"`
	// Promiscuous has an interface hand over what is for others: a SPAN port.
	Promiscuous bool `mapstructure:"promiscuous"`

	// ContainerNetworks are the networks whose addresses are containers'.
	ContainerNetworks []string `mapstructure:"container_networks"`
	// WorkloadsFile maps addresses to workloads.
	WorkloadsFile string `mapstructure:"workloads_file"`

	// Interval is how often a flow that moves reports, in the packets' time.
	Interval time.Duration `mapstructure:"interval"`
	// IdleTimeout ends a flow that is silent; TCPIdleTimeout a connection.
	IdleTimeout    time.Duration `mapstructure:"idle_timeout"`
	TCPIdleTimeout time.Duration `mapstructure:"tcp_idle_timeout"`
	// MaxFlows bounds the open flows; the longest silent one is reported and
	// forgotten.
	MaxFlows int `mapstructure:"max_flows"`
}

const (
	leastInterval = time.Second
	leastIdle     = time.Second
	leastSnap     = 64
	mostSnap      = 256 << 10 // libpcap's MAXIMUM_SNAPLEN
	leastBuffer   = 64 << 10
	mostBuffer    = 1 << 30
)

// privateNetworks are what containers have addresses of, by default (RFC 1918, RFC
// 4193, RFC 6598).
func privateNetworks() []string {
	return []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}
}

func createDefaultConfig() *Config {
	return &Config{
		SnapLength:        mostSnap,
		BufferSize:        32 << 20,
		Promiscuous:       true,
		ContainerNetworks: privateNetworks(),
		Interval:          10 * time.Second,
		IdleTimeout:       time.Minute,
		TCPIdleTimeout:    5 * time.Minute,
		MaxFlows:          262144,
	}
}

// Validate reports settings that cannot work, by their key.
func (c *Config) Validate() error {
	errs := []error{c.input()}
	for _, bound := range []struct {
		key             string
		value, low, top int64
	}{
		{"snap_length", int64(c.SnapLength), leastSnap, mostSnap},
		{"buffer_size", int64(c.BufferSize), leastBuffer, mostBuffer},
		{"max_flows", int64(c.MaxFlows), 1, 1 << 26},
	} {
		if bound.value < bound.low || bound.value > bound.top {
			errs = append(errs, fmt.Errorf("%s: %d is not between %d and %d", bound.key, bound.value, bound.low, bound.top))
		}
	}
	for _, span := range []struct {
		key          string
		value, least time.Duration
	}{
		{"interval", c.Interval, leastInterval},
		{"idle_timeout", c.IdleTimeout, leastIdle},
		{"tcp_idle_timeout", c.TCPIdleTimeout, leastIdle},
	} {
		if span.value < span.least {
			errs = append(errs, fmt.Errorf("%s: %v is less than %v", span.key, span.value, span.least))
		}
	}
	if _, err := netset.Parse(c.ContainerNetworks); err != nil {
		errs = append(errs, fmt.Errorf("container_networks: %w", err))
	}
	if _, err := filter.Compile(c.Filter, layers.LinkTypeEthernet, 1); err != nil {
		errs = append(errs, fmt.Errorf("filter: %w", err))
	}
	if len(c.ContainerNetworks) == 0 && c.WorkloadsFile == "" {
		errs = append(errs, errors.New("container_networks: empty, and no workloads_file: no container's address is known"))
	}
	return errors.Join(errs...)
}

// directory knows whose an address is.
func (c *Config) directory() (*workload.Directory, error) {
	networks, err := netset.Parse(c.ContainerNetworks)
	if err != nil {
		return nil, fmt.Errorf("container_networks: %w", err)
	}
	directory, err := workload.New(networks, c.WorkloadsFile)
	if err != nil {
		return nil, fmt.Errorf("workloads_file: %w", err)
	}
	return directory, nil
}

// input checks what belongs to a path and what to an interface.
func (c *Config) input() error {
	switch {
	case c.Path == "" && c.Interface == "":
		return errors.New("path or interface: one of them is needed")
	case c.Path != "" && c.Interface != "":
		return errors.New("path, interface: only one of them can be read")
	case c.Path != "" && c.Filter != "":
		return errors.New("filter: is for an interface; a file is read whole")
	case c.Interface != "" && c.Follow:
		return errors.New("follow: is for a path")
	case c.ExitAtEnd && (c.Follow || c.Interface != ""):
		return errors.New("exit_at_end: an interface, or a path that is followed, has no end")
	}
	return nil
}
