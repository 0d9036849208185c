//go:build kernel && linux && (amd64 || arm64)

package kerneltest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Every byte that an application gave to a socket is in the records, and none
// twice.
func TestBytesAreExact(t *testing.T) {
	for _, c := range []struct {
		name, workload string
		args           []int64
		transport      string
		source         string
		initiator      flow.Initiator
	}{
		{"tcp", "stream", []int64{64 << 20}, "tcp", "203.0.113.1", flow.InitiatorSource},
		{"tcp over ipv6", "stream6", []int64{8 << 20}, "tcp", "2001:db8::1", flow.InitiatorSource},
		{"tcp by a mapped address", "mapped", []int64{8 << 20}, "tcp", "203.0.113.1", flow.InitiatorSource},
		{"accepted connection", "serve", []int64{8 << 20}, "tcp", "203.0.113.2", flow.InitiatorDestination},
		{"connected udp", "datagrams", []int64{10000, 700}, "udp", "203.0.113.1", flow.InitiatorSource},
		{"icmp echo", "ping", []int64{100, 1000}, "icmp", "203.0.113.1", flow.InitiatorSource},
		{"raw ip", "raw", []int64{100, 500}, "ip-253", "203.0.113.1", flow.InitiatorSource},
	} {
		t.Run(c.name, func(t *testing.T) {
			stop := watch(t)
			container, sent := inContainer(t, c.workload, c.args...)
			var mine []observed
			for _, o := range stop(container) {
				if o.Destination.Port() == sent.Port && o.Transport == c.transport {
					mine = append(mine, o)
				}
			}
			require.NotEmpty(t, mine)
			require.Equal(t, sent.Bytes, sumTo(mine, 0).Bytes)
			first := mine[0]
			require.Equal(t, c.source, first.Source.Addr().String())
			require.Equal(t, c.initiator, first.Initiator)
			require.Equal(t, int64(sent.PID), first.Process.PID)
			require.Equal(t, "docker", first.Runtime)
		})
	}
}

// What a socket has said in an earlier life hides nothing of a later one.
func TestReusedSocket(t *testing.T) {
	stop := watch(t)
	container, sent := inContainer(t, "reuse", 16<<20)
	require.Equal(t, sent.Bytes, sumTo(stop(container), sent.Port).Bytes)
}

// One sender who fills the table of peers hides neither himself nor others: what
// has no room is told on its own peer all the same.
func TestFullPeerTable(t *testing.T) {
	stop := watch(t)
	container, sent := inContainer(t, "crowd", 70000)
	records := stop(container)
	var last int64
	for _, o := range records {
		if o.Destination.Port() == sent.Port && o.Destination.Addr().String() == "203.0.113.1" {
			last += o.Bytes
		}
	}
	require.Equal(t, sent.Bytes, last)
}

// The process that sends is told by what it executes, even once it is gone.
func TestProcessIsNamed(t *testing.T) {
	stop := watch(t)
	container, sent := inContainer(t, "stream", 1000)
	records := stop(container)
	require.NotEmpty(t, records)
	p := records[0].Process
	require.Equal(t, int64(sent.PID), p.PID)
	require.NotEmpty(t, p.Executable)
	require.Contains(t, p.CommandLine, "[1000]")
	require.Positive(t, p.ParentPID)
}

// One socket that talks to fifty peers makes fifty flows.
func TestUnconnectedSocketHasAFlowPerPeer(t *testing.T) {
	stop := watch(t)
	container, sent := inContainer(t, "scatter", 10000, 300)
	bytes := map[uint16]int64{}
	for _, o := range stop(container) {
		if o.Transport == "udp" {
			bytes[o.Destination.Port()] += o.Bytes
		}
	}
	require.Len(t, bytes, 50)
	for port, n := range bytes {
		require.Equal(t, sent.Bytes/50, n, "port %d", port)
	}
}

// Reports leave at 1 MiB and at every doubling, not only with the interval.
func TestBigFlowsReportEarly(t *testing.T) {
	stop := watch(t)
	container, sent := inContainer(t, "stream", 64<<20)
	var reports, total int64
	for _, o := range stop(container) {
		if o.Destination.Port() != sent.Port || o.Bytes == 0 {
			continue
		}
		reports++
		total += o.Bytes
		most := max(1<<20, 2*(total-o.Bytes))
		require.LessOrEqual(t, total, most+most/4, "after %d bytes", total-o.Bytes)
	}
	require.GreaterOrEqual(t, reports, int64(7))
}
