package recording

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Whatever an input holds: no panic, no error, an end; what is read can be
// written.
func FuzzRead(f *testing.F) {
	for _, data := range forms(f) {
		f.Add(data[:min(len(data), 4096)])
	}
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"}]}]}]}{"resourceLogs":[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stats, err := read(context.Background(), []Input{Stream("x", bytes.NewReader(data))}, small, func(b *Batch) error {
			_, err := (&plog.ProtoMarshaler{}).MarshalLogs(b.Logs)
			return err
		})
		require.NoError(t, err)
		require.GreaterOrEqual(t, stats.Bytes, int64(0))
		for _, r := range stats.Rejected() {
			require.Equal(t, "x", r.First.Input)
			require.Positive(t, r.First.Number)
			require.Error(t, r.Err)
		}
	})
}

// A line reader loses no byte but white space, and keeps their order.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\n c"))
	f.Add([]byte(`{"resourceLogs":1}{"resourceLogs":2}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := &lines{in: bufio.NewReaderSize(bytes.NewReader(data), 16), limit: small}
		var m message
		var got []byte
		for {
			err := l.next(&m)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.NotEmpty(t, m.data)
			require.LessOrEqual(t, m.at.Number, int64(bytes.Count(data, []byte("\n"))+1))
			got = append(got, m.data...)
		}
		var want []byte
		for line := range bytes.Lines(data) {
			want = append(want, bytes.TrimSpace(line)...)
		}
		require.Equal(t, string(want), string(got))
	})
}

// Whole frames come out as they went in; the rest is one problem.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("first"), []byte("second"), uint16(3))
	f.Fuzz(func(t *testing.T, first, second []byte, cut uint16) {
		data := framed([][]byte{first, second})
		whole := len(data)
		data = data[:max(0, whole-int(cut))]
		s := &frames{in: bufio.NewReader(bytes.NewReader(data)), limit: small}
		var m message
		var err error
		for _, want := range [][]byte{first, second} {
			if err = s.next(&m); err != nil {
				break
			}
			require.Equal(t, string(want), string(m.data))
		}
		if err == nil {
			require.Len(t, data, whole)
			require.ErrorIs(t, s.next(&m), io.EOF)
			return
		}
		if !errors.Is(err, io.EOF) {
			var p *problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, Truncated, p.reason)
		}
	})
}
