package ebpfflowreceiver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestDefaultConfig(t *testing.T) {
	assert.Equal(t, &Config{Interval: 10 * time.Second, MaxFlows: 65536, RingBufferSize: 8 << 20}, createDefaultConfig())
	assert.NoError(t, createDefaultConfig().Validate())
}

func TestConfigKeys(t *testing.T) {
	config := createDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"interval": "30s", "host_processes": true, "host_root": "/host", "cgroup_root": "/host/sys/fs/cgroup",
		"runtime_sockets": []string{"/run/podman/podman.sock"}, "max_flows": 10, "ring_buffer_size": 65536,
	}).Unmarshal(config))
	assert.Equal(t, &Config{Interval: 30 * time.Second, HostProcesses: true, HostRoot: "/host", CgroupRoot: "/host/sys/fs/cgroup",
		RuntimeSockets: []string{"/run/podman/podman.sock"}, MaxFlows: 10, RingBufferSize: 65536}, config)
	assert.NoError(t, config.Validate())
	assert.Error(t, confmap.NewFromStringMap(map[string]any{"intervall": "30s"}).Unmarshal(config))
}

// No sockets is another thing than the usual ones.
func TestNoRuntimeSockets(t *testing.T) {
	config := createDefaultConfig()
	assert.Nil(t, config.RuntimeSockets)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"runtime_sockets": []any{}}).Unmarshal(config))
	assert.NotNil(t, config.RuntimeSockets)
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"interval too short":  {func(c *Config) { c.Interval = time.Second - 1 }, "interval:"},
		"interval negative":   {func(c *Config) { c.Interval = -time.Hour }, "interval:"},
		"no flows":            {func(c *Config) { c.MaxFlows = 0 }, "max_flows:"},
		"negative flows":      {func(c *Config) { c.MaxFlows = -1 }, "max_flows:"},
		"no ring buffer":      {func(c *Config) { c.RingBufferSize = 0 }, "ring_buffer_size:"},
		"negative buffer":     {func(c *Config) { c.RingBufferSize = -65536 }, "ring_buffer_size:"},
		"small buffer":        {func(c *Config) { c.RingBufferSize = 32768 }, "ring_buffer_size:"},
		"large buffer":        {func(c *Config) { c.RingBufferSize = 2 << 30 }, "ring_buffer_size:"},
		"no power of two":     {func(c *Config) { c.RingBufferSize = 100000 }, "ring_buffer_size:"},
		"relative host root":  {func(c *Config) { c.HostRoot = "host" }, "host_root:"},
		"relative cgroups":    {func(c *Config) { c.CgroupRoot = "sys/fs/cgroup" }, "cgroup_root:"},
		"relative socket":     {func(c *Config) { c.RuntimeSockets = []string{"/a", "b"} }, "runtime_sockets:"},
		"a socket with a URL": {func(c *Config) { c.RuntimeSockets = []string{"unix:///a"} }, "runtime_sockets:"},
	} {
		t.Run(name, func(t *testing.T) {
			config := createDefaultConfig()
			c.change(config)
			assert.ErrorContains(t, config.Validate(), c.want)
		})
	}
}

func TestValidateSaysAll(t *testing.T) {
	err := new(Config).Validate()
	for _, key := range []string{"interval", "max_flows", "ring_buffer_size"} {
		assert.ErrorContains(t, err, key)
	}
}
