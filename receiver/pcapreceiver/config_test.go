package pcapreceiver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigNamesTheKey(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"path or interface":  func(c *Config) { c.Path = "" },
		"path, interface":    func(c *Config) { c.Interface = "eth0" },
		"filter":             func(c *Config) { c.Filter = "tcp" },
		"follow":             func(c *Config) { c.Path, c.Interface, c.Follow = "", "eth0", true },
		"exit_at_end":        func(c *Config) { c.Follow, c.ExitAtEnd = true, true },
		`"tpc"`:              func(c *Config) { c.Path, c.Interface, c.Filter = "", "eth0", "tpc port 80" },
		"overlap":            func(c *Config) { c.ContainerNetworks = []string{"10.0.0.0/8", "10.1.0.0/16"} },
		"snap_length":        func(c *Config) { c.SnapLength = 10 },
		"buffer_size":        func(c *Config) { c.BufferSize = 1 << 40 },
		"max_flows":          func(c *Config) { c.MaxFlows = 0 },
		"interval":           func(c *Config) { c.Interval = time.Millisecond },
		"idle_timeout":       func(c *Config) { c.IdleTimeout = 0 },
		"tcp_idle_timeout":   func(c *Config) { c.TCPIdleTimeout = -1 },
		"container_networks": func(c *Config) { c.ContainerNetworks = []string{"10.0.0.0"} },
		"no workloads_file":  func(c *Config) { c.ContainerNetworks = nil },
	} {
		c := createDefaultConfig()
		c.Path = "a.pcap"
		require.NoError(t, c.Validate())
		change(c)
		assert.ErrorContains(t, c.Validate(), key)
	}
}
