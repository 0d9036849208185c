//go:build kernel && linux && (amd64 || arm64)

package bpf

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/fivetuple"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/kerneltest"
)

func TestMain(m *testing.M) {
	kerneltest.Main()
	os.Exit(m.Run())
}

const (
	bulkBytes = 3e9
	bulkPort  = 49152
	rounds    = 7
)

// cost is nanoseconds a packet, by the kernel's run-time statistics.
type cost struct{ egress, ingress float64 }

// BenchmarkBulkTCP measures our programs, everything on, against a plain
// five-tuple counter in a per-CPU LRU hash on the same hooks, in alternation. The
// egress figure is the sender's, the ingress figure the receiver's: the data's
// own direction.
func BenchmarkBulkTCP(b *testing.B) {
	require.NoError(b, enableStatistics(b))
	watches := []func(testing.TB, string) func() cost{watchOurs, watchUsual, watchNothing}
	var figures [2][3][]float64
	for range max(b.N, rounds) {
		for side := range figures {
			for i, watch := range watches {
				figures[side][i] = append(figures[side][i], measure(b, side, watch))
			}
		}
	}
	for side, name := range []string{"egress", "ingress"} {
		ours, usual, nothing := median(figures[side][0]), median(figures[side][1]), median(figures[side][2])
		b.ReportMetric(ours, name+"-ns/packet")
		b.ReportMetric(usual, name+"-usual-ns/packet")
		b.ReportMetric(nothing, name+"-empty-ns/packet")
		b.ReportMetric(ours/usual, name+"-ratio")
		_, _ = fmt.Fprintf(os.Stdout, "{\"figure\":%q,\"value\":%.3f,\"bar\":\"at most 0.5\",\"unit\":\"of the usual %.0f ns; an empty program %.0f ns\"}\n",
			"kernel cost, bulk TCP "+name, ours/usual, usual, nothing)
	}
	b.ReportMetric(0, "ns/op")
}

func enableStatistics(tb testing.TB) error {
	c, err := ebpf.EnableStats(uint32(unix.BPF_STATS_RUN_TIME))
	if err == nil {
		tb.Cleanup(func() { _ = c.Close() })
	}
	return err
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// measure moves a stream with one end in a watched cgroup: 0 the sender, 1 the
// receiver.
func measure(tb testing.TB, side int, watch func(testing.TB, string) func() cost) float64 {
	tb.Helper()
	watched, _, err := kerneltest.Cgroup()
	require.NoError(tb, err)
	other, _, err := kerneltest.Cgroup()
	require.NoError(tb, err)
	ends := []*os.File{watched, other}
	read := watch(tb, watched.Name())
	move(tb, ends[side], ends[1-side])
	c := read()
	require.NoError(tb, kerneltest.Remove(watched))
	require.NoError(tb, kerneltest.Remove(other))
	if side == 0 {
		return c.egress
	}
	return c.ingress
}

func move(tb testing.TB, from, to *os.File) {
	take, err := kerneltest.Command(to, false, "bulk_take")
	require.NoError(tb, err)
	out, err := take.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, take.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)
	send, err := kerneltest.Command(from, false, "bulk_send", bulkPort, bulkBytes)
	require.NoError(tb, err)
	require.NoError(tb, send.Run())
	require.NoError(tb, take.Wait())
}

func watchOurs(tb testing.TB, cgroup string) func() cost {
	s, err := Open(Options{Cgroup: cgroup, RingBuffer: 8 << 20})
	require.NoError(tb, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var e event.Event
		for s.Read(&e) == nil {
		}
	}()
	return func() cost {
		c := cost{perRun(tb, s.collection.Programs["on_egress"]), perRun(tb, s.collection.Programs["on_ingress"])}
		require.NoError(tb, s.Close())
		<-done
		return c
	}
}

func watchUsual(tb testing.TB, cgroup string) func() cost {
	p, err := fivetuple.Load()
	require.NoError(tb, err)
	return watchPair(tb, cgroup, p, p.Egress, p.Ingress)
}

func watchNothing(tb testing.TB, cgroup string) func() cost {
	p, err := fivetuple.Load()
	require.NoError(tb, err)
	return watchPair(tb, cgroup, p, p.NoEgress, p.NoIngress)
}

func watchPair(tb testing.TB, cgroup string, p *fivetuple.Programs, egress, ingress *ebpf.Program) func() cost {
	var links []link.Link
	for attach, program := range map[ebpf.AttachType]*ebpf.Program{
		ebpf.AttachCGroupInetEgress: egress, ebpf.AttachCGroupInetIngress: ingress,
	} {
		l, err := link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: attach, Program: program})
		require.NoError(tb, err)
		links = append(links, l)
	}
	return func() cost {
		c := cost{perRun(tb, egress), perRun(tb, ingress)}
		for _, l := range links {
			require.NoError(tb, l.Close())
		}
		require.NoError(tb, p.Close())
		return c
	}
}

func perRun(tb testing.TB, p *ebpf.Program) float64 {
	stats, err := p.Stats()
	require.NoError(tb, err)
	require.Positive(tb, stats.RunCount)
	return float64(stats.Runtime/time.Nanosecond) / float64(stats.RunCount)
}
