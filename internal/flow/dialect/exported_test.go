package dialect

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// exported are the dialects of products that export flows themselves.
var exported = map[string]*dialect{
	"netflow": &netflow, "vpc_flow_logs": &vpc, "hubble": &hubble, "netobserv": &netobserv,
}

// fromFields is a log record with these attributes.
func fromFields(t testing.TB, fields map[string]any) plog.LogRecord {
	lr := plog.NewLogRecord()
	require.NoError(t, lr.Attributes().FromRaw(fields))
	return lr
}

// jsonLines are a file's lines as file_log's json_parser leaves them in the
// body: every number a float.
func jsonLines(t testing.TB, name string) []plog.LogRecord {
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var records []plog.LogRecord
	for line := range strings.Lines(string(content)) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
		lr := plog.NewLogRecord()
		require.NoError(t, lr.Body().SetEmptyMap().FromRaw(fields))
		records = append(records, lr)
	}
	return records
}

// readOne reads a record that must be of the dialect, and of no other here.
func readOne(t testing.TB, d *dialect, lr plog.LogRecord) (said, error) {
	v := viewOf(lr)
	for product, other := range exported {
		assert.Equal(t, d == other, other.mine(&v), product)
	}
	var s said
	return s, d.read(&v, &s)
}

// reads are what a dialect says of a file's records, in order; a silent one is
// nil, unless it tells of loss.
func reads(t testing.TB, d *dialect, records []plog.LogRecord) []*said {
	var all []*said
	for i, lr := range records {
		s, err := readOne(t, d, lr)
		require.NoError(t, err, i)
		all = append(all, &s)
		if s.silent && s.record.Lost == 0 {
			all[i] = nil
		}
	}
	return all
}

func addr(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

// spoiled are values that no field may hold, and that none may say in an error.
var spoiled = []any{nil, "", "not 4711 a value", "-1", int64(-4711), int64(1) << 62, 1e300, -0.5, true,
	[]any{int64(4711)}, map[string]any{"4711": "4711"}, "::ffff:999.1.1.1", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"}

// nameSpoiled puts every such value into every field of a good record, one at a
// time: the record is refused with the field's name, or read without it.
func nameSpoiled(t *testing.T, d *dialect, good map[string]any, fields ...string) {
	for _, field := range fields {
		for _, value := range spoiled {
			lr := fromFields(t, good)
			put(t, lr.Attributes(), strings.Split(field, "/"), value)
			v := viewOf(lr)
			var s said
			if !d.mine(&v) {
				continue
			}
			err := d.read(&v, &s)
			if err == nil {
				sane(t, &s)
				continue
			}
			var refused *flow.RecordError
			require.ErrorAs(t, err, &refused, field)
			assert.Contains(t, []string{strings.ReplaceAll(field, "/", "."), "timestamp"}, refused.Attribute, "%v", value)
			assert.NotContains(t, err.Error(), "4711")
		}
	}
}

// put sets a field by its path.
func put(t testing.TB, m pcommon.Map, path []string, value any) {
	for len(path) > 1 {
		inner, ok := m.Get(path[0])
		require.True(t, ok, path)
		m, path = inner.Map(), path[1:]
	}
	require.NoError(t, m.PutEmpty(path[0]).FromRaw(value))
}

// sane asserts what holds for whatever a dialect tells.
func sane(t testing.TB, s *said) {
	if s.silent {
		return
	}
	r := &s.record
	require.True(t, r.Source.Addr().IsValid())
	require.True(t, r.Destination.Addr().IsValid())
	require.NotEmpty(t, r.Transport)
	for _, n := range []int64{r.Bytes, r.Packets, r.ReverseBytes, r.ReversePackets, r.Lost, r.HTTP.BodySize} {
		require.GreaterOrEqual(t, n, int64(0))
		require.LessOrEqual(t, n, int64(maxCount))
	}
	require.Positive(t, r.Time)
	require.LessOrEqual(t, r.Start, r.Time)
}
