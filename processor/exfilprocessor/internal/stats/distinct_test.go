package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// things are n hashes that depend on the run.
func things(run, n int) []uint64 {
	r := draws{state: uint64(run) << 32}
	hashes := make([]uint64, n)
	for i := range hashes {
		hashes[i] = r.next()
	}
	return hashes
}

func TestDistinctError(t *testing.T) {
	const runs = 400
	for _, n := range []int{1, 10, 100, 3000} {
		mean, square := 0.0, 0.0
		for run := range runs {
			var d Distinct
			want := 0.0
			for i, hash := range things(run, n) {
				weight := float64(1 + i%100)
				want += weight
				for range 3 {
					d.Add(hash, weight, 1e9, Hour)
				}
			}
			off := d.Sum()/want - 1
			mean += off / runs
			square += off * off / runs
		}
		require.InDelta(t, 0, mean, 0.03, "bias of %d", n)
		require.InDelta(t, 0.127, math.Sqrt(square), 0.02, "deviation of %d", n)
	}
}

func TestDistinctRepetitionCostsNothing(t *testing.T) {
	var d Distinct
	hashes := things(1, 200)
	for _, hash := range hashes {
		d.Add(hash, 10, 1e9, Hour)
	}
	sum := d.Sum()
	for range 10 {
		for _, hash := range hashes {
			require.False(t, d.Add(hash, 10, 1e9+1, Hour))
		}
	}
	require.InDelta(t, sum, d.Sum(), 0)
	require.LessOrEqual(t, d.Again(), 0.05, "fingerprints seldom agree by chance")
}

func TestDistinctDecays(t *testing.T) {
	for _, h := range []Horizon{Hour, Day} {
		var d Distinct
		for _, hash := range things(2, 500) {
			d.Add(hash, 10, 0, h)
		}
		sum := d.Sum()
		d.Add(1, 1e-6, int64(h.Seconds()), h)
		require.InEpsilon(t, sum/math.E, d.Sum(), 0.001)
		d.Add(1, 1e-6, int64(1000*h.Seconds()), h)
		require.Less(t, d.Sum(), 0.001)
		require.GreaterOrEqual(t, d.Sum(), 0.0)
	}
}

func TestDistinctSteadyRate(t *testing.T) {
	var d Distinct
	for i, hash := range things(3, 6*600) {
		d.Add(hash, 16, 1e9+int64(i)*6, Hour) // 9600 an hour, for six hours
	}
	require.InEpsilon(t, 9600, d.Sum(), 0.4)
}

func TestDistinctAgain(t *testing.T) {
	var d Distinct
	hashes := things(4, 400)
	for _, hash := range hashes {
		d.Add(hash, 10, 1e9, Day)
	}
	for _, hash := range hashes[:200] {
		d.Add(hash, 10, 1e9+300, Day)
	}
	require.InDelta(t, 0.5, d.Again(), 0.25)
	before := d.Sum()
	require.InEpsilon(t, 4000, before, 0.4)
	for _, hash := range things(5, 4000) {
		d.Add(hash, 10, 1e9+300, Day)
	}
	require.Less(t, d.Again(), 0.2)
}

func FuzzDistinct(f *testing.F) {
	f.Add(uint64(1), 1.0, int64(1e9), uint64(2), 1e300, int64(2e9))
	f.Add(uint64(0), 0.0, int64(-1), uint64(0), math.Inf(1), int64(math.MaxInt64))
	f.Add(uint64(7), math.NaN(), int64(5), uint64(7), -1.0, int64(0))
	f.Fuzz(func(t *testing.T, a uint64, wa float64, ta int64, b uint64, wb float64, tb int64) {
		var d Distinct
		for range 2 {
			d.Add(a, wa, ta, Hour)
			d.Add(b, wb, tb, Hour)
			sum := d.Sum()
			require.False(t, math.IsNaN(sum) || math.IsInf(sum, 0) || sum < 0, "%v", sum)
			require.InDelta(t, 0.5, d.Again(), 0.5)
		}
	})
}

func BenchmarkDistinctAdd(b *testing.B) {
	var d Distinct
	r := draws{state: 1}
	for i := range b.N {
		d.Add(r.next(), 60, int64(i/1000), Hour)
	}
}
