package dialect

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// vpcLines are the lines of a file as csv_parser leaves them: every value text.
// They are AWS's documented examples ("Flow log record examples"), and one of a
// big upload, in a custom format.
func vpcLines(t testing.TB, rename func(string) string) []plog.LogRecord {
	content, err := os.ReadFile(filepath.Join("testdata", "vpc.log"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	names := strings.Fields(lines[0])
	var records []plog.LogRecord
	for _, line := range lines[1:] {
		fields := map[string]any{}
		for i, value := range strings.Fields(line) {
			fields[rename(names[i])] = value
		}
		records = append(records, fromFields(t, fields))
	}
	return records
}

func TestVPC(t *testing.T) {
	for form, rename := range map[string]func(string) string{
		"text":    func(name string) string { return name },
		"Parquet": func(name string) string { return strings.ReplaceAll(name, "-", "_") },
	} {
		all := reads(t, &vpc, vpcLines(t, rename))
		require.Len(t, all, 8, form)
		assert.Equal(t, flow.Record{
			Time: 1418530070e9, Start: 1418530010e9, End: 1418530070e9,
			Source: addr("172.31.16.139:49152"), Destination: addr("203.0.113.12:443"),
			Transport: "tcp", Initiator: flow.InitiatorSource,
			Bytes: 52428800 - 40000*(20+32) - 8, Packets: 40000, Unidirectional: true,
		}, all[0].record, form)
		assert.Nil(t, all[1], "%s: rejected", form)
		assert.Nil(t, all[2], "%s: no data", form)
		require.NotNil(t, all[3], "%s: skipped data", form)
		assert.True(t, all[3].silent)
		assert.Equal(t, int64(1), all[3].record.Lost)

		assert.Equal(t, addr("203.0.113.5:443"), all[4].record.Destination, "%s: to a NAT gateway", form)
		assert.Equal(t, addr("203.0.113.5:443"), all[5].record.Source, "%s: from a NAT gateway", form)
		assert.Equal(t, flow.InitiatorDestination, all[5].record.Initiator, "%s: SYN-ACK", form)
		assert.Equal(t, "icmp", all[6].record.Transport, form)
		assert.Equal(t, addr("203.0.113.12:0"), all[6].record.Source, form)
		assert.Equal(t, addr("[2001:db8:1234:a102:3304:8879:34cf:4071]:22"), all[7].record.Destination, form)
		assert.Equal(t, flow.InitiatorSource, all[7].record.Initiator, "%s: by port", form)
	}
}

// vpcEncoded is what the awslogs encoding makes of a line (v0.159.0); the end of
// the interval is the log record's timestamp.
func vpcEncoded(t testing.TB, changes map[string]any) plog.LogRecord {
	fields := map[string]any{
		"aws.vpc.flow.log.version": int64(5), "network.interface.name": "eni-0abc1234def567890",
		"source.address": "10.0.1.100", "source.port": int64(49152),
		"destination.address": "203.0.113.5", "destination.port": int64(22),
		"network.protocol.name": "tcp", "network.tcp.flags": "3", "network.local.address": "10.0.0.220",
		"aws.vpc.flow.packets": int64(15), "aws.vpc.flow.bytes": int64(3500), "aws.vpc.flow.start": int64(1700000000),
		"aws.vpc.flow.action": "ACCEPT", "aws.vpc.flow.status": "OK",
	}
	maps.Copy(fields, changes)
	lr := fromFields(t, fields)
	lr.SetTimestamp(pcommon.NewTimestampFromTime(time.Unix(1700000060, 0)))
	return lr
}

func TestVPCOfContribsEncoding(t *testing.T) {
	want := flow.Record{
		Time: 1700000060e9, Start: 1700000000e9,
		Source: addr("10.0.1.100:49152"), Destination: addr("203.0.113.5:22"),
		Transport: "tcp", Initiator: flow.InitiatorSource,
		Bytes: 3500 - 15*(20+32) - 8, Packets: 15, Unidirectional: true,
	}
	for _, start := range []any{int64(1700000000), "2023-11-14T22:13:20Z"} { // by its feature gate
		s, err := readOne(t, &vpc, vpcEncoded(t, map[string]any{"aws.vpc.flow.start": start}))
		require.NoError(t, err)
		assert.Equal(t, want, s.record)
	}
	s, err := readOne(t, &vpc, vpcEncoded(t, map[string]any{"aws.vpc.flow.action": "REJECT"}))
	require.NoError(t, err)
	assert.True(t, s.silent)
	s, err = readOne(t, &vpc, fromFields(t, map[string]any{"aws.vpc.flow.status": "NODATA", "aws.vpc.flow.start": int64(1)}))
	require.NoError(t, err)
	assert.True(t, s.silent)
}

func TestVPCOfBadValues(t *testing.T) {
	good := vpcLines(t, func(name string) string { return name })[0].Attributes().AsRaw()
	nameSpoiled(t, &vpc, good, "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "srcport", "dstport", "protocol",
		"packets", "bytes", "start", "end", "tcp-flags", "action", "log-status")
	nameSpoiled(t, &vpc, vpcEncoded(t, nil).Attributes().AsRaw(), "source.address", "destination.address", "source.port",
		"destination.port", "network.protocol.name", "aws.vpc.flow.bytes", "aws.vpc.flow.packets", "aws.vpc.flow.start")
	delete(good, "bytes")
	_, err := readOne(t, &vpc, fromFields(t, good))
	assert.EqualError(t, err, "flow record: bytes: missing")
}
