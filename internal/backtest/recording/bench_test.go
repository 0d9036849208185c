package recording

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRead is decoding alone, by form; a recording of 21 records again and
// again.
func BenchmarkRead(b *testing.B) {
	for _, form := range []string{"json", "json, .gz", "json, compression zstd", "proto", "proto, zstd"} {
		b.Run(form, func(b *testing.B) {
			const copies = 500
			data := bytes.Repeat(forms(b)[form], copies)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			records := int64(0)
			for b.Loop() {
				stats, err := Read(context.Background(), []Input{Stream("x", bytes.NewReader(data))}, func(*Batch) error { return nil })
				require.NoError(b, err)
				records += stats.Records
			}
			b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
