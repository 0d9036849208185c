package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const kib, mib = 1 << 10, 1 << 20

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// odd is a size of ordinary traffic: log-normal around 200 KiB.
func odd(dice *rand.Rand) float64 { return 200 * kib * math.Exp(dice.NormFloat64()) }

func TestAlike(t *testing.T) {
	for name, test := range map[string]struct {
		size  func(i int, dice *rand.Rand) float64
		count int // at the least; 0: none
		mean  float64
	}{
		"one size":             {func(int, *rand.Rand) float64 { return mib }, 40, mib},
		"two percent":          {func(_ int, dice *rand.Rand) float64 { return mib * (1 + 0.02*dice.NormFloat64()) }, 40, mib},
		"a last, smaller one":  {func(i int, _ *rand.Rand) float64 { return []float64{mib, 300 * kib}[i/39] }, 38, mib},
		"in turns with others": {func(i int, dice *rand.Rand) float64 { return pick(i%2 == 0, mib, odd(dice)) }, 18, mib},
		"one of three":         {func(i int, dice *rand.Rand) float64 { return pick(i%3 == 0, mib, odd(dice)) }, 8, mib},
		"two sizes":            {func(i int, _ *rand.Rand) float64 { return pick(i%2 == 0, mib, 100*kib) }, 20, 0},
		"even within a third":  {func(_ int, dice *rand.Rand) float64 { return mib * (0.85 + 0.3*dice.Float64()) }, 0, 0},
		"log-normal, narrow":   {func(_ int, dice *rand.Rand) float64 { return mib * math.Exp(0.1*dice.NormFloat64()) }, 0, 0},
		"log-normal":           {func(_ int, dice *rand.Rand) float64 { return odd(dice) }, 0, 0},
		"each larger":          {func(i int, _ *rand.Rand) float64 { return mib * math.Pow(1.03, float64(i)) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var s Sizes
			dice := seeded()
			for i := range 40 {
				s.Add(test.size(i, dice), 20_000)
			}
			count, mean, variation := s.Alike(8, 0.05)
			require.GreaterOrEqual(t, count, test.count)
			require.Equal(t, test.count > 0, count > 0)
			require.LessOrEqual(t, variation, 0.05)
			if test.mean > 0 {
				require.InEpsilon(t, test.mean, mean, 0.03)
			}
		})
	}
}

func pick(first bool, a, b float64) float64 {
	if first {
		return a
	}
	return b
}

// Random sizes come to be alike by chance, and the narrower they lie the more often:
// in a few of a thousand pairs of three hundred transfers, at a sigma of 0.2 to 1.
func TestOrdinarySizesAreSeldomAlike(t *testing.T) {
	for sigma, most := range map[float64]int{0.2: 30, 0.5: 5, 1: 2} {
		dice := seeded()
		found := 0
		for range 1000 {
			var s Sizes
			for range 300 {
				s.Add(mib*math.Exp(sigma*dice.NormFloat64()), 20_000)
				if count, _, _ := s.Alike(8, 0.05); count > 0 {
					found++
					break
				}
			}
		}
		require.LessOrEqual(t, found, most, "sigma %v", sigma)
	}
}

// What is alike on purpose is found by the eighth, or soon after where it varies.
func TestAlikeSoon(t *testing.T) {
	for variation, most := range map[float64]int{0: 8, 0.01: 8, 0.02: 12, 0.03: 20} {
		var s Sizes
		dice := seeded()
		n := 0
		for count := 0; count == 0; count, _, _ = s.Alike(8, 0.05) {
			s.Add(mib*(1+variation*dice.NormFloat64()), 20_000)
			n++
		}
		require.LessOrEqual(t, n, most, "variation %v", variation)
	}
}

func TestSizesFade(t *testing.T) {
	var s Sizes
	for range 16 {
		s.Add(mib, 100)
	}
	s.Add(mib, 101)
	count, _, _ := s.Alike(1, 0.05)
	require.Equal(t, 9, count)
	s.Add(mib, 101+7)
	count, _, _ = s.Alike(1, 0.05)
	require.Equal(t, 1, count, "a week later only the new one counts")
}

func TestSizesAtTheEnds(t *testing.T) {
	var s Sizes
	for range 1000 {
		s.Add(math.MaxInt64, math.MaxUint32)
	}
	count, size, variation := s.Alike(8, 0.05)
	require.Equal(t, math.MaxUint8, count)
	require.InEpsilon(t, math.MaxInt64, size, 0.01)
	require.InDelta(t, 0, variation, 0.01)
	count, _, _ = new(Sizes).Alike(0, 1)
	require.Zero(t, count)
}

func FuzzSizes(f *testing.F) {
	f.Add(uint64(1), uint64(mib), uint32(3))
	f.Add(uint64(7), uint64(math.MaxInt64), uint32(math.MaxUint32))
	f.Fuzz(func(t *testing.T, seed, top uint64, days uint32) {
		dice := rand.New(rand.NewPCG(seed, top))
		var s Sizes
		for range 200 {
			s.Add(float64(dice.Uint64N(max(top, 1)>>1+1)), dice.Uint32N(max(days, 1)))
		}
		count, size, variation := s.Alike(1, 0.15)
		require.True(t, size >= 0 && !math.IsInf(size, 0), "%v", size)
		require.True(t, variation >= 0 && variation <= 0.15, "%v", variation)
		require.LessOrEqual(t, count, math.MaxUint8)
	})
}
