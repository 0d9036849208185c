//go:build kernel && linux && (amd64 || arm64)

package kerneltest_test

import (
	"context"

	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/goleak"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/kerneltest"
)

func TestMain(m *testing.M) {
	kerneltest.Main()
	goleak.VerifyTestMain(m)
}

// observed is a record with its container.
type observed struct {
	flow.Record
	flow.Resource
}

// watch starts the receiver on this kernel. The returned function shuts it down
// and returns every record of one container.
func watch(t *testing.T) (stop func(container string) []observed) {
	t.Helper()
	factory := ebpfflowreceiver.NewFactory()
	config := factory.CreateDefaultConfig().(*ebpfflowreceiver.Config)
	config.RuntimeSockets = []string{}
	sink := new(consumertest.LogsSink)
	r, err := factory.CreateLogs(context.Background(), receivertest.NewNopSettings(factory.Type()), config, sink)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	shutdown := sync.OnceFunc(func() { require.NoError(t, r.Shutdown(context.Background())) })
	t.Cleanup(shutdown)
	return func(container string) []observed {
		shutdown()
		return collect(t, sink, container)
	}
}

func collect(t *testing.T, sink *consumertest.LogsSink, container string) []observed {
	var all []observed
	for _, logs := range sink.AllLogs() {
		for _, rl := range logs.ResourceLogs().All() {
			var resource flow.Resource
			resource.Decode(rl.Resource())
			if resource.ContainerID != container {
				continue
			}
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					o := observed{Resource: resource}
					require.NoError(t, o.Record.Decode(lr))
					o.FTPCommands = append([]string(nil), o.FTPCommands...)
					all = append(all, o)
				}
			}
		}
	}
	return all
}

// inContainer runs a workload in a new cgroup named like a container's.
func inContainer(t *testing.T, name string, args ...int64) (container string, sent kerneltest.Sent) {
	t.Helper()
	dir, id, err := kerneltest.Cgroup()
	require.NoError(t, err)
	sent, err = kerneltest.Run(dir, name, args...)
	require.NoError(t, err)
	require.NoError(t, kerneltest.Remove(dir))
	return id, sent
}

// sumTo adds up what went to a port, or to any.
func sumTo(records []observed, port uint16) (total flow.Record) {
	for _, r := range records {
		if port != 0 && r.Destination.Port() != port {
			continue
		}
		total.Bytes += r.Bytes
		total.Packets += r.Packets
		total.ReverseBytes += r.ReverseBytes
		total.Lost += r.Lost
	}
	return total
}
