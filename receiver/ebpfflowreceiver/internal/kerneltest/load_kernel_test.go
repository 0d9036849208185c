//go:build kernel && linux && (amd64 || arm64)

package kerneltest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/kerneltest"
)

// The loads that the bytes must survive exactly: a big stream, a storm of short
// connections, a storm of datagrams.
func TestBytesUnderLoad(t *testing.T) {
	for _, c := range []struct {
		name, workload string
		args           []int64
		anyPort        bool
	}{
		{name: "3 GB stream", workload: "stream", args: []int64{3e9}},
		{name: "20,000 short connections", workload: "connections", args: []int64{20000, 1200}},
		{name: "100,000 datagrams, connected", workload: "datagrams", args: []int64{100000, 500}},
		{name: "100,000 datagrams to 50 peers", workload: "scatter", args: []int64{100000, 500}, anyPort: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() { // an emulated machine
				c.args[0] /= 50
			}
			stop := watch(t)
			container, sent := inContainer(t, c.workload, c.args...)
			port := sent.Port
			if c.anyPort {
				port = 0
			}
			total := sumTo(stop(container), port)
			figure(c.name, sent, total.Bytes, total.Lost)
			require.Equal(t, sent.Bytes, total.Bytes)
		})
	}
}

// Containers that live for less than half a second are seen, and named.
func TestShortLivedContainers(t *testing.T) {
	stop := watch(t)
	var containers []string
	var sent kerneltest.Sent
	for range 20 {
		began := time.Now()
		container, s := inContainer(t, "stream", 200000)
		if !testing.Short() {
			require.Less(t, time.Since(began), 500*time.Millisecond)
		}
		sent.Bytes += s.Bytes
		containers = append(containers, container)
	}
	var total int64
	for _, container := range containers {
		for _, o := range stop(container) {
			if o.Bytes >= 100000 { // not what the sink's end answers
				total += o.Bytes
			}
		}
	}
	figure("20 containers under 0.5 s", sent, total, 0)
	require.Equal(t, sent.Bytes, total)
}

// figure prints the part of the written bytes that was seen, for the table of
// figures.
func figure(name string, sent kerneltest.Sent, seen, lost int64) {
	fmt.Printf("%s: written %d, seen %d, records lost %d\n", name, sent.Bytes, seen, lost)
	fmt.Printf("{\"figure\":%q,\"value\":%.6f,\"bar\":\"0.999 to 1.001\",\"unit\":\"seen/written\"}\n",
		"bytes: "+name, float64(seen)/float64(sent.Bytes))
}
