package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShift(t *testing.T) {
	for name, test := range map[string]struct {
		values []float64
		sum    float64
	}{
		"nothing":              {nil, 0},
		"the usual":            {[]float64{0, 0.5, -0.5, 0.4}, 0},
		"a little more":        {[]float64{1, 1, 1, 1}, 2},
		"an outlier":           {[]float64{1000}, 2.5},
		"falls back":           {[]float64{2, 2, -1, -1}, 0},
		"begins anew":          {[]float64{-50, -50, 2}, 1.5},
		"no more than a bound": {repeated(3, 1000), 255},
	} {
		t.Run(name, func(t *testing.T) {
			var s Shift
			for _, z := range test.values {
				s.Add(z)
			}
			require.InDelta(t, test.sum, s.Sum(), 0.05)
		})
	}
}

func repeated(z float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = z
	}
	return all
}

// A sender that rises by half a deviation more than the slack is noticed, one that
// only varies is not.
func TestShiftTellsAShiftFromNoise(t *testing.T) {
	dice := rand.New(rand.NewPCG(4, 4))
	var noise, moved Shift
	most := 0.0
	for range 2000 {
		noise.Add(dice.NormFloat64())
		most = max(most, noise.Sum())
	}
	for range 60 {
		moved.Add(1 + dice.NormFloat64())
	}
	require.Less(t, most, 10.0)
	require.Greater(t, moved.Sum(), 15.0)
}

// FuzzShift: any value at all leaves a number from 0 to 255, and a larger value never
// leaves a smaller one.
func FuzzShift(f *testing.F) {
	f.Add(1.0, 2.0, uint16(7))
	f.Add(math.NaN(), math.Inf(1), uint16(65535))
	f.Add(math.Inf(-1), 1e300, uint16(0))
	f.Fuzz(func(t *testing.T, a, b float64, before uint16) {
		low, high := Shift(before), Shift(before)
		low.Add(min(a, b))
		high.Add(max(a, b))
		for _, s := range []Shift{low, high} {
			require.False(t, s.Sum() < 0 || s.Sum() > 256)
		}
		if !math.IsNaN(a) && !math.IsNaN(b) {
			require.LessOrEqual(t, low.Sum(), high.Sum())
		}
	})
}
