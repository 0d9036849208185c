package flow

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

func BenchmarkDecode(b *testing.B) {
	lr := encoded(upload())
	require.Equal(b, 20, lr.Attributes().Len())
	var r Record
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Decode(lr); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	r := upload()
	b.ReportAllocs()
	for b.Loop() {
		r.Encode(plog.NewLogRecord())
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	lr := encoded(everything())
	var r Record
	require.NoError(t, r.Decode(lr))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = r.Decode(lr) }))
}
