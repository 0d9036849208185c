package backtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/config"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

var base = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// put is one HTTP upload of an announced size, reported as it begins and ends.
type put struct {
	at       time.Duration // after base
	workload string        // a deployment in the namespace shop
	to       string        // a name at peer
	peer     string
	size     int64
	port     uint16
}

// logs are the upload's two flow records.
func (p put) logs() plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	(&flow.Resource{Namespace: "shop", Deployment: p.workload, Pod: p.workload + "-0", K8sContainer: "main", Image: "shop/" + p.workload}).
		Encode(rl.Resource())
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	start := base.Add(p.at)
	r := flow.Record{
		Time: start.UnixNano(), Start: start.UnixNano(), End: start.UnixNano(),
		Source:      netip.AddrPortFrom(netip.MustParseAddr("10.0.0.5"), 40_000+p.port),
		Destination: netip.AddrPortFrom(netip.MustParseAddr(p.peer), 80),
		Transport:   "tcp", Initiator: flow.InitiatorSource, EndReason: flow.EndActiveTimeout,
		Bytes: 400, Packets: 3, ReversePackets: 2,
		Protocol: "http", Server: p.to,
		HTTP:    flow.HTTP{Method: "PUT", Path: "/upload", BodySize: p.size, Requests: 1},
		Process: flow.Process{PID: 42, Executable: "/usr/bin/curl"},
	}
	r.Encode(records.AppendEmpty())
	r.Time += int64(time.Second)
	r.End, r.Bytes, r.Packets, r.HTTP, r.EndReason = r.Time, p.size, p.size/1400, flow.HTTP{}, flow.EndOfFlow
	r.Encode(records.AppendEmpty())
	return ld
}

// idle is a record that moves the time on, and nothing else.
func idle(at time.Duration) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	(&flow.Resource{Namespace: "shop", Deployment: "clock"}).Encode(rl.Resource())
	r := flow.Record{
		Time:   base.Add(at).UnixNano(),
		Source: netip.MustParseAddrPort("10.0.0.9:1000"), Destination: netip.MustParseAddrPort("10.0.0.10:80"),
		Transport: "tcp", Initiator: flow.InitiatorSource, Bytes: 100, Packets: 1, EndReason: flow.EndOfFlow,
	}
	r.Encode(rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	return ld
}

func lines(t testing.TB, all ...plog.Logs) []byte {
	var out bytes.Buffer
	for _, ld := range all {
		line, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
		require.NoError(t, err)
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

func frames(t testing.TB, all ...plog.Logs) []byte {
	var out []byte
	for _, ld := range all {
		frame, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
		require.NoError(t, err)
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(frame))), frame...)
	}
	return out
}

func stream(data []byte) []recording.Input {
	return []recording.Input{recording.Stream("records", bytes.NewReader(data))}
}

func load(t testing.TB, yaml string) component.Config {
	cfg, err := config.Load(t.Context(), []string{"yaml:" + yaml}, "")
	require.NoError(t, err)
	return cfg
}

// busy are requests of 100 ordinary records of 20 attributes each, a minute's
// worth of 200 workloads.
func busy(requests int) []plog.Logs {
	var all []plog.Logs
	for i := range requests {
		ld := plog.NewLogs()
		for c := range 10 {
			rl := ld.ResourceLogs().AppendEmpty()
			(&flow.Resource{
				ContainerID: fmt.Sprintf("%064x", c), Runtime: "containerd", Container: "web", Image: "shop/web",
				PodUID: "0b5c7f3e-0000-4000-8000-000000000000", Pod: "web-0", Namespace: "shop",
				Deployment: fmt.Sprintf("web-%d", (i*10+c)%200), Node: "node-1", Host: "node-1",
			}).Encode(rl.Resource())
			records := rl.ScopeLogs().AppendEmpty().LogRecords()
			for n := range 10 {
				r := busyRecord(i*100 + c*10 + n)
				r.Encode(records.AppendEmpty())
			}
		}
		all = append(all, ld)
	}
	return all
}

func busyRecord(i int) *flow.Record {
	at := base.UnixNano() + int64(i)*int64(10*time.Millisecond)
	return &flow.Record{
		Time: at, Start: at - 1e9, End: at,
		Source:      netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 5}), uint16(30_000+i%20_000)),
		Destination: netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(i >> 6), byte(i)}), 80),
		Transport:   "tcp", Initiator: flow.InitiatorSource, EndReason: flow.EndOfFlow,
		Bytes: 2300, Packets: 5, ReverseBytes: 1700, ReversePackets: 4,
		Protocol: "http", Server: "api.example",
		HTTP:    flow.HTTP{Method: "POST", Path: "/v1/orders", BodySize: 2048},
		Process: flow.Process{PID: 4242, Executable: "/usr/bin/app"},
	}
}
