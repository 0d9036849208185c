package flow

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestRoundTrip(t *testing.T) {
	minimal := Record{
		Time:        testTime,
		Source:      netip.MustParseAddrPort("10.0.0.1:0"),
		Destination: netip.MustParseAddrPort("10.0.0.2:0"),
		Transport:   "icmp",
	}
	oneWay := minimal
	oneWay.Unidirectional = true
	for name, want := range map[string]Record{
		"upload": upload(), "everything": everything(), "minimal": minimal, "one way": oneWay,
	} {
		t.Run(name, func(t *testing.T) {
			lr := encoded(want)
			require.True(t, Is(lr))
			var got Record
			require.NoError(t, got.Decode(lr))
			assert.Equal(t, want, got)
		})
	}
}

func TestEncodeLeavesOutWhatIsNotKnown(t *testing.T) {
	lr := plog.NewLogRecord()
	lr.SetObservedTimestamp(7)
	(&Record{
		Time:           testTime,
		Source:         netip.MustParseAddrPort("[::ffff:10.0.0.1]:5"),
		Destination:    netip.MustParseAddrPort("[fe80::1%eth0]:0"),
		Transport:      "udp",
		Unidirectional: true,
	}).Encode(lr)
	assert.Equal(t, map[string]any{
		"source.address": "10.0.0.1", "source.port": int64(5),
		"destination.address": "fe80::1",
		"network.transport":   "udp", "network.type": "ipv6",
		"flow.io.bytes": int64(0), "flow.io.packets": int64(0),
	}, lr.Attributes().AsRaw())
	assert.EqualValues(t, 7, lr.ObservedTimestamp())
	assert.Equal(t, pcommon.ValueTypeEmpty, lr.Body().Type())
}

func TestEncodeWritesValidText(t *testing.T) {
	r := upload()
	r.Process.CommandLine = "cat \xff"
	r.FTPCommands = []string{"STOR\xc3"}
	m := encoded(r).Attributes()
	line, _ := m.Get("process.command_line")
	assert.Equal(t, "cat \uFFFD", line.Str())
	commands, _ := m.Get("ftp.command")
	assert.Equal(t, "STOR\uFFFD", commands.Slice().At(0).Str())
}

func TestDecodeResets(t *testing.T) {
	r := everything()
	r.Ignored = 9
	want := upload()
	require.NoError(t, r.Decode(encoded(want)))
	assert.Empty(t, r.FTPCommands)
	r.FTPCommands = nil
	assert.Equal(t, want, r)
}

func TestDecodeNormalises(t *testing.T) {
	lr := encoded(upload())
	lr.Attributes().PutStr("network.transport", "TCP")
	lr.Attributes().PutStr("network.protocol.name", "HTTP")
	lr.Attributes().PutStr("destination.address", "::ffff:203.0.113.7")
	lr.Attributes().PutStr("network.type", "ipv6")
	var got Record
	require.NoError(t, got.Decode(lr))
	assert.Equal(t, upload(), got)
}

func TestIs(t *testing.T) {
	lr := plog.NewLogRecord()
	assert.False(t, Is(lr))
	lr.SetEventName("network.flow")
	assert.True(t, Is(lr))
}
