package dialect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// FuzzRead gives a reader two lines of any JSON, as attributes and as a body.
// Whatever it tells holds, and can be encoded and decoded again.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/zeek/*.log", "testdata/suricata/*.json", "testdata/*.jsonl"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(f, err)
			before := "{}"
			for line := range strings.Lines(string(text)) {
				f.Add(before, line)
				before = line
			}
		}
	}
	mapped := containers(f, "[{address: 10.88.0.5, attributes: {container.name: web}}]")
	f.Fuzz(func(t *testing.T, first, second string) {
		r, err := NewReader(Options{Workloads: mapped, Sessions: 4})
		require.NoError(t, err)
		for _, line := range []string{first, second, first} {
			var fields map[string]any
			if json.Unmarshal([]byte(line), &fields) != nil {
				continue
			}
			attributes, body := plog.NewLogRecord(), plog.NewLogRecord()
			require.NoError(t, attributes.Attributes().FromRaw(fields))
			require.NoError(t, body.Body().SetEmptyMap().FromRaw(fields))
			tellsSense(t, r, attributes)
			tellsSense(t, r, body)
		}
	})
}

func tellsSense(t *testing.T, r *Reader, lr plog.LogRecord) {
	product, flows, err := r.Read(lr)
	if err != nil {
		var refused *flow.RecordError
		require.ErrorAs(t, err, &refused)
		require.NotEmpty(t, product)
		return
	}
	require.True(t, product != "" || len(flows) == 0)
	require.LessOrEqual(t, len(flows), 2)
	for i := range flows {
		told := &flows[i].Record
		sane(t, &said{record: *told})
		require.LessOrEqual(t, len(told.HTTP.Path)+len(told.HTTP.UserAgent)+len(told.Server), 2*maxText+maxName)
		encoded := plog.NewLogRecord()
		told.Encode(encoded)
		var again flow.Record
		require.NoError(t, again.Decode(encoded))
		require.Equal(t, told.Bytes, again.Bytes)
		require.Equal(t, told.Time, again.Time)
	}
}
