package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhole(t *testing.T) {
	require.EqualValues(t, 3, Whole(2.5))
	require.EqualValues(t, math.MaxInt64, Whole(1e300))
}
