package engine

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

// A pair and its table's own fields fill four cache lines.
func TestAPairIsSmall(t *testing.T) {
	t.Logf("pair %d bytes, window %d, entry %d", unsafe.Sizeof(Pair{}), unsafe.Sizeof(window{}), unsafe.Sizeof(bounded.Entry[PairKey, Pair]{}))
	require.LessOrEqual(t, unsafe.Sizeof(bounded.Entry[PairKey, Pair]{}), uintptr(256))
}
