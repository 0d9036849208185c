package engine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func (w *window) put(step uint32, sent int64) {
	if at, ok := w.at(step); ok {
		w.sent[at] = saturate(w.sent[at], sent)
	}
}

func TestWindowSlidesInQuarters(t *testing.T) {
	var w window
	w.put(10, 1)
	w.put(13, 10)
	require.EqualValues(t, 11, w.sum().Sent)
	w.put(14, 100)
	require.EqualValues(t, 110, w.sum().Sent, "the oldest quarter is gone")
	w.put(11, 1000)
	require.EqualValues(t, 1110, w.sum().Sent, "late, within the window")
	w.put(10, 10000)
	require.EqualValues(t, 1110, w.sum().Sent, "late, outside the window")
	w.put(5000, 7)
	require.EqualValues(t, 7, w.sum().Sent)
}

func TestWindowStepsWrap(t *testing.T) {
	var w window
	w.put(math.MaxUint32, 1)
	w.put(0, 2)
	require.EqualValues(t, 3, w.sum().Sent)
}

func TestSumsSaturate(t *testing.T) {
	var w window
	w.put(10, math.MaxInt64)
	w.put(11, math.MaxInt64)
	w.served[0] = math.MaxFloat32
	require.EqualValues(t, math.MaxInt64, w.sum().Sent)
	require.EqualValues(t, math.MaxInt64, w.sum().Served)
	require.LessOrEqual(t, w.sum().Ratio(), 1.0)
}
