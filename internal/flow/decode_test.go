package flow

import (
	"math"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct {
		attribute string
		spoil     func(pcommon.Map)
	}{
		"no source":             {"source.address", func(m pcommon.Map) { m.Remove("source.address") }},
		"no destination":        {"destination.address", func(m pcommon.Map) { m.Remove("destination.address") }},
		"no transport":          {"network.transport", func(m pcommon.Map) { m.Remove("network.transport") }},
		"no bytes":              {"flow.io.bytes", func(m pcommon.Map) { m.Remove("flow.io.bytes") }},
		"source is a name":      {"source.address", func(m pcommon.Map) { m.PutStr("source.address", "web") }},
		"source has a port":     {"source.address", func(m pcommon.Map) { m.PutStr("source.address", "10.0.0.1:80") }},
		"source is empty":       {"source.address", func(m pcommon.Map) { m.PutStr("source.address", "") }},
		"destination is an int": {"destination.address", func(m pcommon.Map) { m.PutInt("destination.address", 1) }},
		"transport is an int":   {"network.transport", func(m pcommon.Map) { m.PutInt("network.transport", 6) }},
		"transport is empty":    {"network.transport", func(m pcommon.Map) { m.PutStr("network.transport", "") }},
		"bytes is a string":     {"flow.io.bytes", func(m pcommon.Map) { m.PutStr("flow.io.bytes", "1") }},
		"negative bytes":        {"flow.io.bytes", func(m pcommon.Map) { m.PutInt("flow.io.bytes", -1) }},
		"absurd bytes":          {"flow.io.bytes", func(m pcommon.Map) { m.PutInt("flow.io.bytes", math.MaxInt64) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			lr := encoded(upload())
			test.spoil(lr.Attributes())
			requireRefused(t, lr, test.attribute)
		})
	}
}

func requireRefused(t *testing.T, lr plog.LogRecord, attribute string) {
	t.Helper()
	var recordError *RecordError
	require.ErrorAs(t, new(Record).Decode(lr), &recordError)
	assert.Equal(t, attribute, recordError.Attribute)
	assert.Contains(t, recordError.Error(), attribute)
}

func TestDecodeIgnoresWhatItCanDoWithout(t *testing.T) {
	tests := map[string]struct {
		put  func(pcommon.Map)
		want func(*Record)
	}{
		"port too high":      {func(m pcommon.Map) { m.PutInt("source.port", 65536) }, func(r *Record) { r.Source = portless(r.Source) }},
		"port negative":      {func(m pcommon.Map) { m.PutInt("destination.port", -1) }, func(r *Record) { r.Destination = portless(r.Destination) }},
		"packets":            {func(m pcommon.Map) { m.PutInt("flow.io.packets", -1) }, func(*Record) {}},
		"reverse bytes":      {func(m pcommon.Map) { m.PutInt("flow.reverse.io.bytes", -1) }, func(*Record) {}},
		"reverse packets":    {func(m pcommon.Map) { m.PutInt("flow.reverse.io.packets", 1) }, func(*Record) {}},
		"start before 1980":  {func(m pcommon.Map) { m.PutInt("flow.start", 1) }, func(*Record) {}},
		"end mistyped":       {func(m pcommon.Map) { m.PutStr("flow.end", "now") }, func(*Record) {}},
		"initiator":          {func(m pcommon.Map) { m.PutStr("flow.initiator", "both") }, func(*Record) {}},
		"end reason":         {func(m pcommon.Map) { m.PutInt("flow.end_reason", 2) }, func(*Record) {}},
		"server":             {func(m pcommon.Map) { m.PutBool("server.address", true) }, func(*Record) {}},
		"body size":          {func(m pcommon.Map) { m.PutInt("http.request.body.size", -5) }, func(*Record) {}},
		"entropy too high":   {func(m pcommon.Map) { m.PutDouble("flow.payload.entropy", 8.1) }, func(*Record) {}},
		"entropy is NaN":     {func(m pcommon.Map) { m.PutDouble("flow.payload.entropy", math.NaN()) }, func(*Record) {}},
		"pid":                {func(m pcommon.Map) { m.PutInt("process.pid", 1<<32) }, func(*Record) {}},
		"lost":               {func(m pcommon.Map) { m.PutInt("flow.observer.lost", -1) }, func(*Record) {}},
		"commands no list":   {func(m pcommon.Map) { m.PutStr("ftp.command", "STOR") }, func(*Record) {}},
		"a command no text":  {putCommands, func(r *Record) { r.FTPCommands = []string{"STOR"} }},
		"start after end":    {putBackwards, func(r *Record) { r.End = testTime }},
		"two flaws in a row": {putTwo, func(r *Record) { r.Ignored = 2 }},
	}
	bare := Record{
		Time: testTime, Source: upload().Source, Destination: upload().Destination,
		Transport: "tcp", Bytes: 1, Unidirectional: true,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := bare
			want.Ignored = 1
			lr := encoded(bare)
			test.put(lr.Attributes())
			test.want(&want)
			var got Record
			require.NoError(t, got.Decode(lr))
			assert.Equal(t, want, got)
		})
	}
}

func portless(end netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(end.Addr(), 0) }

func putCommands(m pcommon.Map) {
	list := m.PutEmptySlice("ftp.command")
	list.AppendEmpty().SetInt(1)
	list.AppendEmpty().SetStr("STOR")
}

func putBackwards(m pcommon.Map) {
	m.PutInt("flow.start", testTime+1)
	m.PutInt("flow.end", testTime)
}

func putTwo(m pcommon.Map) {
	m.PutInt("flow.observer.lost", -1)
	m.PutInt("url.path", 1)
}

func TestDecodeKeepsFewCommands(t *testing.T) {
	r := upload()
	r.FTPCommands = make([]string, 1000)
	for i := range r.FTPCommands {
		r.FTPCommands[i] = "NOOP"
	}
	lr := encoded(r)
	require.NoError(t, r.Decode(lr))
	assert.Len(t, r.FTPCommands, maxFTPCommands)
	assert.Equal(t, 1000-maxFTPCommands, r.Ignored)
}

func TestDecodeTakesTheTime(t *testing.T) {
	tests := map[string]struct {
		timestamp, end, observed uint64
		want                     int64
	}{
		"of the record":    {3e18, 2e18, 1e18, 3e18},
		"else of the end":  {0, 2e18, 1e18, 2e18},
		"else as observed": {0, 0, 1e18, 1e18},
		"none":             {},
		"before 1980":      {timestamp: 1},
		"beyond int64":     {timestamp: math.MaxInt64 + 1, end: 2e18},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := upload()
			r.Time, r.Start, r.End = 0, 0, int64(test.end)
			lr := encoded(r)
			lr.SetTimestamp(pcommon.Timestamp(test.timestamp))
			lr.SetObservedTimestamp(pcommon.Timestamp(test.observed))
			if test.want == 0 {
				requireRefused(t, lr, "timestamp")
				return
			}
			require.NoError(t, r.Decode(lr))
			assert.Equal(t, test.want, r.Time)
		})
	}
}

// A map from the wire may hold a key twice; a good value stands beside a bad one.
func TestDecodeTakesTheGoodOfTwo(t *testing.T) {
	logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{
		"timeUnixNano":"1700000000000000000", "eventName":"network.flow", "attributes":[
		{"key":"source.address","value":{"stringValue":"10.0.0.1"}},
		{"key":"destination.address","value":{"stringValue":"203.0.113.7"}},
		{"key":"network.transport","value":{"stringValue":"tcp"}},
		{"key":"flow.io.bytes","value":{"intValue":"1"}},
		{"key":"flow.reverse.io.bytes","value":{"intValue":"5"}},
		{"key":"flow.reverse.io.bytes","value":{"intValue":"-1"}}]}]}]}]}`))
	require.NoError(t, err)
	lr := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	require.Equal(t, 6, lr.Attributes().Len())
	var got Record
	require.NoError(t, got.Decode(lr))
	assert.EqualValues(t, 5, got.ReverseBytes)
	assert.False(t, got.Unidirectional)
	assert.Equal(t, 1, got.Ignored)
}
