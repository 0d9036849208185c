package engine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWindowSlides(t *testing.T) {
	const width = 100
	var w window
	w.at(1000, width).Sent = 1
	w.at(1399, width).Sent = 2
	require.EqualValues(t, 3, w.sum().Sent)
	w.at(1400, width).Sent = 4
	require.EqualValues(t, 6, w.sum().Sent, "the first quarter is gone")
	require.EqualValues(t, 1100, w.begin(width))

	require.Nil(t, w.at(1099, width), "older than the window")
	w.at(1100, width).Sent = 8
	require.EqualValues(t, 14, w.sum().Sent, "late, within the window")

	w.at(1_000_000, width).Sent = 16
	require.EqualValues(t, 16, w.sum().Sent)
}

func TestSumsDoNotOverflow(t *testing.T) {
	var w window
	w.at(0, 1).Sent = math.MaxInt64
	w.at(1, 1).Sent = math.MaxInt64
	require.EqualValues(t, math.MaxInt64, w.sum().Sent)
}
