package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const hour = 3600.0

// found is after how many beats a rhythm is told, or 0.
func found(most int, next func() (at float64, bytes int64)) (int, Rhythm) {
	var b Beats
	for i := range most {
		at, bytes := next()
		b.Add(uint32(at), bytes)
		if r, ok := b.Rhythm(6); ok {
			return i + 1, r
		}
	}
	return 0, Rhythm{}
}

// timer sleeps an hour, more or less by up to a share, and misses some.
func timer(dice *rand.Rand, jitter, misses float64) func() (float64, int64) {
	at := 1e6
	return func() (float64, int64) {
		for again := true; again; again = dice.Float64() < misses {
			at += hour * (1 + jitter*(2*dice.Float64()-1))
		}
		return at, mib
	}
}

// onTheHour is early or late by up to a share of an hour.
func onTheHour(dice *rand.Rand, jitter float64) func() (float64, int64) {
	n := 0.0
	return func() (float64, int64) {
		n++
		return 1e6 + hour*(n+jitter*(2*dice.Float64()-1)), mib
	}
}

// arrivals are random: gamma-distributed intervals of a shape, 1 for Poisson's.
func arrivals(dice *rand.Rand, mean float64, shape int) func() (float64, int64) {
	at := 1e6
	return func() (float64, int64) {
		for range shape {
			at += mean * dice.ExpFloat64() / float64(shape)
		}
		return at, mib
	}
}

func TestRhythm(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for name, test := range map[string]struct {
		next   func() func() (float64, int64)
		mean   float64 // beats until it is told, of 200 runs
		jitter float64
	}{
		"exact":                    {func() func() (float64, int64) { return timer(dice, 0, 0) }, 6, 0},
		"ten percent":              {func() func() (float64, int64) { return timer(dice, 0.1, 0) }, 8.5, 0.05},
		"thirty percent":           {func() func() (float64, int64) { return timer(dice, 0.3, 0) }, 22, 0.15},
		"exact, missed beats":      {func() func() (float64, int64) { return timer(dice, 0, 0.15) }, 8, 0},
		"ten percent, missed":      {func() func() (float64, int64) { return timer(dice, 0.1, 0.15) }, 12, 0.05},
		"thirty percent, missed":   {func() func() (float64, int64) { return timer(dice, 0.3, 0.1) }, 30, 0.15},
		"on the hour, ten percent": {func() func() (float64, int64) { return onTheHour(dice, 0.1) }, 10, 0.07},
	} {
		t.Run(name, func(t *testing.T) {
			sum, jitter, missed := 0, 0.0, 0
			for range 200 {
				n, r := found(100, test.next())
				if n == 0 {
					missed++
					continue
				}
				sum += n
				jitter += r.Jitter
				require.InDelta(t, hour, r.Interval, 0.3*hour)
			}
			require.LessOrEqual(t, missed, 2)
			require.LessOrEqual(t, float64(sum)/200, test.mean)
			require.InDelta(t, test.jitter, jitter/200, 0.06)
		})
	}
}

// What comes at random keeps a rhythm by chance in a few of a hundred weeks.
func TestChanceIsNoRhythm(t *testing.T) {
	const weeks = 500
	dice := rand.New(rand.NewPCG(5, 6))
	for _, test := range []struct {
		mean  float64
		shape int
		most  int
	}{{600, 1, 20}, {600, 2, 40}, {hour, 1, 5}, {hour, 2, 10}, {hour, 3, 25}, {3 * hour, 1, 3}} {
		wrong := 0
		for range weeks {
			if n, _ := found(int(7*24*hour/test.mean), arrivals(dice, test.mean, test.shape)); n > 0 {
				wrong++
			}
		}
		require.LessOrEqual(t, wrong, test.most, "%v", test)
	}
}

// Several transfers within a minute, or within a quarter of the interval, are one beat.
func TestBeatsOfSeveralTransfers(t *testing.T) {
	var b Beats
	for i := range 7 {
		for j := range 4 {
			b.Add(uint32(1e6+float64(i)*hour+float64(j)*40), mib)
		}
	}
	r, ok := b.Rhythm(6)
	require.True(t, ok)
	require.Equal(t, 7, r.Beats)
	require.InDelta(t, hour, r.Interval, 1)
	require.InDelta(t, 4*mib, r.Bytes, 1)
	require.Zero(t, r.Ripple)
	require.InDelta(t, hour, b.Pause(), 1)
}

func TestRippleOfSizes(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 8))
	for sigma, want := range map[float64]float64{0: 0, 0.2: 0.16, 0.5: 0.45} {
		var b Beats
		for i := range 60 {
			b.Add(uint32(1e6+float64(i)*hour), int64(mib*math.Exp(sigma*dice.NormFloat64())))
		}
		r, ok := b.Rhythm(6)
		require.True(t, ok)
		require.InDelta(t, want, r.Ripple, 0.16)
	}
}

// A rhythm that ends is forgotten, and another one is found.
func TestAnotherRhythm(t *testing.T) {
	var b Beats
	at := 1e6
	for range 20 {
		at += hour
		b.Add(uint32(at), mib)
	}
	for range 20 {
		at += hour / 3
		b.Add(uint32(at), mib)
	}
	r, ok := b.Rhythm(6)
	require.True(t, ok)
	require.InDelta(t, hour/3, r.Interval, 1)
}

// A night of three transfers, half an hour apart.
func TestNightly(t *testing.T) {
	n := 0
	told, r := found(30, func() (float64, int64) {
		n++
		return 1e6 + float64((n-1)/3)*24*hour + float64((n-1)%3)*hour/2, mib
	})
	require.NotZero(t, told)
	require.InDelta(t, 24*hour, r.Interval, hour)
	require.LessOrEqual(t, n, 10*3)
}

func FuzzBeats(f *testing.F) {
	f.Add(uint64(1), uint32(3600), uint64(mib))
	f.Add(uint64(2), uint32(math.MaxUint32), uint64(math.MaxInt64))
	f.Add(uint64(3), uint32(1), uint64(0))
	f.Fuzz(func(t *testing.T, seed uint64, most uint32, top uint64) {
		dice := rand.New(rand.NewPCG(seed, 0))
		var b Beats
		at := uint32(0)
		for range 100 {
			at += dice.Uint32N(max(most, 1)) // goes round, too
			b.Add(at, int64(dice.Uint64N(max(top>>1, 1))))
			if r, ok := b.Rhythm(1); ok {
				for _, x := range []float64{r.Interval, r.Jitter, r.Bytes, r.Ripple} {
					require.True(t, x >= 0 && !math.IsInf(x, 0), "%v", r)
				}
			}
		}
	})
}
