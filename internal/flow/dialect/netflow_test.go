package dialect

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// netflowFields are the attributes that the receiver's README shows (v0.159.0),
// with more bytes.
func netflowFields(changes map[string]any) map[string]any {
	fields := map[string]any{
		"source.address": "132.189.238.100", "source.port": int64(1255),
		"destination.address": "241.171.33.110", "destination.port": int64(64744),
		"network.transport": "tcp", "network.type": "ipv4",
		"flow.io.bytes": int64(120_000), "flow.io.packets": int64(83),
		"flow.type": "netflow_v5", "flow.sequence_num": int64(191),
		"flow.time_received": int64(1736309689918929427),
		"flow.start":         int64(1736309689830846400),
		"flow.end":           int64(1736309689871846400),
		"flow.sampling_rate": int64(0), "flow.sampler_address": "172.28.176.1", "flow.tcp_flags": int64(0),
	}
	maps.Copy(fields, changes)
	return fields
}

func TestNetFlow(t *testing.T) {
	s, err := readOne(t, &netflow, fromFields(t, netflowFields(nil)))
	require.NoError(t, err)
	assert.Equal(t, flow.Record{
		Time: 1736309689871846400, Start: 1736309689830846400, End: 1736309689871846400,
		Source: addr("132.189.238.100:1255"), Destination: addr("241.171.33.110:64744"),
		Transport: "tcp", Initiator: flow.InitiatorDestination,
		Bytes: 120_000 - 83*(20+32) - 8, Packets: 83, Unidirectional: true,
	}, s.record)
	assert.False(t, s.silent)
}

func TestNetFlowSampledPacketsStandForMore(t *testing.T) {
	s, err := readOne(t, &netflow, fromFields(t, netflowFields(map[string]any{"flow.sampling_rate": int64(1000)})))
	require.NoError(t, err)
	assert.Equal(t, int64(120_000_000-83_000*(20+32)-8), s.record.Bytes)
	assert.Equal(t, int64(83_000), s.record.Packets)

	_, err = readOne(t, &netflow, fromFields(t, netflowFields(map[string]any{"flow.sampling_rate": int64(1) << 50})))
	assert.EqualError(t, err, "flow record: flow.sampling_rate: times flow.io.bytes above 2^53")
}

// Acknowledgements of a download are no upload.
func TestNetFlowCountsNoHeaders(t *testing.T) {
	for kind, header := range map[string]int64{"netflow_v9": 20 + 32, "ipfix": 20 + 32, "sflow_5": 14 + 20 + 32} {
		s, err := readOne(t, &netflow, fromFields(t, netflowFields(map[string]any{
			"flow.type": kind, "flow.io.packets": int64(1e6), "flow.io.bytes": 1e6 * header})))
		require.NoError(t, err)
		assert.Zero(t, s.record.Bytes, kind)
	}
}

// Of an ICMP message exporters put type and code where the port is.
func TestNetFlowICMPHasNoPorts(t *testing.T) {
	s, err := readOne(t, &netflow, fromFields(t, netflowFields(map[string]any{
		"network.transport": "icmp", "source.port": int64(0), "destination.port": int64(8 << 8)})))
	require.NoError(t, err)
	assert.Zero(t, s.record.Destination.Port())
	assert.Equal(t, flow.InitiatorUnknown, s.record.Initiator)
}

// sFlow samples what is no IP, too; the receiver writes its addresses so.
func TestNetFlowOfNoIPIsSilent(t *testing.T) {
	for _, kind := range []string{"arp", "unknown", "lldp"} {
		s, err := readOne(t, &netflow, fromFields(t, netflowFields(map[string]any{
			"network.type": kind, "source.address": "invalid IP", "destination.address": "invalid IP"})))
		require.NoError(t, err)
		assert.True(t, s.silent)
	}
}

func TestNetFlowTimes(t *testing.T) {
	const received = 1736309689918929427
	for name, c := range map[string]struct {
		fields     map[string]any
		start, end int64
	}{
		"no end":                {map[string]any{"flow.end": int64(0)}, 1736309689830846400, received},
		"an end to come":        {map[string]any{"flow.end": int64(received + 1e15)}, 1736309689830846400, received},
		"a clock never set":     {map[string]any{"flow.start": int64(1e9), "flow.end": int64(2e9)}, 0, received},
		"starts after it ended": {map[string]any{"flow.start": int64(1736309689871846401)}, 0, 1736309689871846400},
	} {
		s, err := readOne(t, &netflow, fromFields(t, netflowFields(c.fields)))
		require.NoError(t, err, name)
		assert.Equal(t, c.start, s.record.Start, name)
		assert.Equal(t, c.end, s.record.Time, name)
	}
	lr := fromFields(t, netflowFields(map[string]any{"flow.end": int64(0), "flow.time_received": int64(0), "flow.start": int64(0)}))
	_, err := readOne(t, &netflow, lr)
	assert.EqualError(t, err, "flow record: timestamp: missing, before 1980 or after 2262")
	lr.SetTimestamp(pcommon.NewTimestampFromTime(time.Unix(1736309689, 0)))
	_, err = readOne(t, &netflow, lr)
	assert.NoError(t, err)
}

func TestNetFlowOfBadValues(t *testing.T) {
	nameSpoiled(t, &netflow, netflowFields(nil), "source.address", "destination.address", "source.port", "destination.port",
		"network.transport", "flow.io.bytes", "flow.io.packets", "flow.sampling_rate", "flow.start", "flow.end", "flow.time_received")
	for field, reason := range map[string]string{
		"source.address": "missing", "destination.address": "missing", "flow.io.bytes": "missing",
		"network.transport": "missing or not a string",
	} {
		fields := netflowFields(nil)
		delete(fields, field)
		_, err := readOne(t, &netflow, fromFields(t, fields))
		assert.EqualError(t, err, "flow record: "+field+": "+reason)
	}
}
