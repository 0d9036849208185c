package alert

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]func(plog.LogRecord){
		"exfil.alert.id":     func(lr plog.LogRecord) { lr.Attributes().PutInt("exfil.alert.id", 1) },
		"exfil.alert.status": func(lr plog.LogRecord) { lr.Attributes().PutStr("exfil.alert.status", "shut") },
		"severity_number":    func(lr plog.LogRecord) { lr.SetSeverityNumber(plog.SeverityNumberInfo) },
		"timestamp":          func(lr plog.LogRecord) { lr.SetTimestamp(math.MaxUint64) },
	}
	for attribute, spoil := range tests {
		t.Run(attribute, func(t *testing.T) {
			lr := encoded(incident())
			spoil(lr)
			var decodeError *DecodeError
			require.ErrorAs(t, new(Alert).Decode(lr), &decodeError)
			assert.Equal(t, attribute, decodeError.Attribute)
			assert.Contains(t, decodeError.Error(), attribute)
		})
	}
}

func TestDecodeLeavesOutWhatItCanDoWithout(t *testing.T) {
	lr := encoded(Alert{ID: "a", Status: Open, Severity: Low, Time: testTime})
	lr.Body().SetInt(1)
	m := lr.Attributes()
	m.PutInt("exfil.score", 50)
	m.PutInt("exfil.bytes", -1)
	m.PutStr("exfil.destination.address", "drop.example.com")
	m.PutInt("exfil.destination.port", 70000)
	m.PutInt("exfil.first_seen", 1)
	m.PutStr("exfil.techniques", "T1020")
	m.PutStr("exfil.evidence", "none")
	m.PutInt("exfil.process.pid", -1)
	m.PutStr("security_rule.name", "http_upload")
	var got Alert
	require.NoError(t, got.Decode(lr))
	assert.Equal(t, Alert{ID: "a", Status: Open, Severity: Low, Time: testTime}, got)
}

func TestDecodeBoundsLists(t *testing.T) {
	a := incident()
	a.Files = strings.Split(strings.Repeat("/a ", 999)+"/a", " ")
	a.Evidence = make([]Finding, 1000)
	lr := encoded(a)
	require.NoError(t, a.Decode(lr))
	assert.Len(t, a.Files, maxList)
	assert.Len(t, a.Evidence, maxList)
}

func FuzzDecode(f *testing.F) {
	logs := plog.NewLogs()
	seed := incident()
	seed.Encode(logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	require.NoError(f, err)
	f.Add(wire)
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		for _, resource := range logs.ResourceLogs().All() {
			for _, scope := range resource.ScopeLogs().All() {
				for _, lr := range scope.LogRecords().All() {
					requireStable(t, lr)
				}
			}
		}
	})
}

// requireStable asks that lr is refused, or gives an alert whose encoded form
// decodes to the same again. The first encoding makes the text valid.
func requireStable(t *testing.T, lr plog.LogRecord) {
	t.Helper()
	var first, second, third Alert
	if err := first.Decode(lr); err != nil {
		var refused *DecodeError
		require.ErrorAs(t, err, &refused)
		return
	}
	require.NoError(t, second.Decode(encoded(first)))
	require.NoError(t, third.Decode(encoded(second)))
	require.Equal(t, second, third)
	require.Equal(t, first.Severity, second.Severity)
	require.Equal(t, first.Bytes, second.Bytes)
	require.Equal(t, first.Destination.Address, second.Destination.Address)
	require.Len(t, second.Evidence, len(first.Evidence))
}
