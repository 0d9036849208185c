package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// weekly is the pace of a day's baseline: what may be sent in a day doubles in a
// week.
var weekly = Pace{Bins: 7, Start: 10 * mib}

// lived is a baseline that has seen so many days of about so many bytes.
func lived(days int, bytes float64) *Baseline {
	b := new(Baseline)
	dice := rand.New(rand.NewPCG(1, 2))
	free := weekly
	for d := range days {
		free.Free = d < 10
		b.Add(uint32(d), int64(bytes*(0.8+0.4*dice.Float64())), &free)
	}
	return b
}

func TestBaselineBeginsCold(t *testing.T) {
	var b Baseline
	require.False(t, b.Known())
	require.Zero(t, b.Usual())
	require.Zero(t, b.Limit())

	_, learned := b.Add(0, 3*mib, &weekly)
	require.False(t, learned, "the bin is not over")
	require.False(t, b.Known())

	z, learned := b.Add(1, 1, &weekly)
	require.True(t, learned)
	require.Zero(t, z, "there is nothing to compare the first bin with")
	require.Equal(t, 1, b.Bins())
	require.InEpsilon(t, 3*mib, b.Usual(), 0.01)
	require.InEpsilon(t, 10*mib*math.Exp2(1.0/7), b.Limit(), 0.01)
}

// A new destination of a workload that sends much may be sent as much.
func TestBaselineBeginsAtTheTotal(t *testing.T) {
	pace := Pace{Bins: 7, Start: 10 * mib, Total: lived(30, 500*mib)}
	var b Baseline
	b.Add(0, 300*mib, &pace)
	b.Add(1, 1, &pace)
	require.InEpsilon(t, 500*mib*math.Exp2(1.0/7), b.Limit(), 0.2)
}

// A bin that began while learning was free counts as such though it ends later: a
// nightly job runs once in a learning period of a day, and the first day is short.
func TestBaselineLearnsWhatBeganFree(t *testing.T) {
	free := Pace{Free: true, Bins: 7, Start: 10 * mib}
	var once, short Baseline
	once.Add(0, 900*mib, &free)
	once.Add(1, 1, &weekly)
	require.Greater(t, once.Limit(), 900.0*mib)

	short.Add(0, mib, &free)
	short.Add(1, 200*mib, &free)
	short.Add(1, 200*mib, &weekly)
	require.InEpsilon(t, 9.4*mib, short.Limit(), 0.1, "what is known of the first alone")
	short.Add(2, 1, &weekly)
	require.Greater(t, short.Limit(), 400.0*mib)
}

// Past the learning period nothing is free.
func TestBaselineStopsLearning(t *testing.T) {
	free := Pace{Free: true, Bins: 7, Start: 10 * mib}
	var b Baseline
	b.Add(0, 900*mib, &free)
	b.Add(1, 1, &weekly)
	limit := b.Limit()
	b.Add(2, 10000*mib, &weekly)
	b.Add(3, 1, &weekly)
	require.LessOrEqual(t, b.Limit(), 1.23*limit, "two days later")
}

func TestBaselineKnowsTheUsual(t *testing.T) {
	b := lived(60, 100*mib)
	require.InEpsilon(t, 100*mib, b.Usual(), 0.1)
	require.Greater(t, b.Limit(), 2.7*b.Usual(), "ripples are usual")
	require.Less(t, b.Limit(), 4*b.Usual())

	even := lived(60, 100*mib)
	var uneven Baseline
	for d := range 60 {
		uneven.Add(uint32(d), []int64{30 * mib, 300 * mib}[d%2], &Pace{Free: true, Bins: 7})
	}
	require.Greater(t, uneven.Limit(), even.Limit(), "an uneven sender has a higher limit")
}

// One large transfer does not poison: a thousandfold day moves the usual by a
// tenth at most and the limit by what a day may, against one like the others.
func TestBaselineIsNotPoisonedByOne(t *testing.T) {
	for _, factor := range []float64{10, 1000, 1e9} {
		b, same := lived(60, 100*mib), lived(60, 100*mib)
		b.Add(60, int64(100*mib*factor), &weekly)
		b.Add(61, 1, &weekly)
		same.Add(60, 100*mib, &weekly)
		same.Add(61, 1, &weekly)
		require.LessOrEqual(t, b.Usual(), 1.1*same.Usual(), factor)
		require.LessOrEqual(t, b.Limit(), math.Exp2(1.0/7)*same.Limit()*1.01, factor)
	}
}

// The stated rate: whatever is sent, the limit at most doubles in the pace's bins.
func TestBaselineIsNotWalkedUp(t *testing.T) {
	for name, next := range map[string]func(day int, limit float64) float64{
		"at the limit":        func(_ int, limit float64) float64 { return limit },
		"just under it":       func(_ int, limit float64) float64 { return 0.99 * limit },
		"a tenth more a day":  func(day int, _ float64) float64 { return 100 * mib * math.Pow(1.1, float64(day)) },
		"everything":          func(int, float64) float64 { return 1e15 },
		"by turns":            func(day int, limit float64) float64 { return []float64{1, 1e12}[day%2] },
		"nothing for a while": func(day int, limit float64) float64 { return []float64{0, 0, 0, 0, 1e12}[day%5] },
	} {
		t.Run(name, func(t *testing.T) {
			b := lived(60, 100*mib)
			for day := range 70 {
				before := b.Limit()
				b.Add(uint32(60+day), int64(next(day, before)), &weekly)
				require.LessOrEqual(t, b.Limit(), before*math.Exp2(1.0/7)*1.01, day)
			}
		})
	}
}

// It falls at once where less is sent, and a pause of any length lets it rise by one
// doubling only.
func TestBaselineAfterAPause(t *testing.T) {
	b := lived(60, 100*mib)
	limit := b.Limit()
	b.Add(1000, 1e12, &weekly)
	b.Add(1001, 1e12, &weekly)
	b.Add(1002, 1, &weekly)
	require.LessOrEqual(t, b.Limit(), 2*math.Exp2(2.0/7)*limit*1.02)

	less := lived(60, 100*mib)
	for d := range 60 {
		less.Add(uint32(60+d), mib, &weekly)
	}
	require.Less(t, less.Usual(), 10.0*mib)
}

// Late bytes count where the baseline stands.
func TestBaselineTakesLateBytes(t *testing.T) {
	var b Baseline
	b.Add(10, mib, &weekly)
	_, learned := b.Add(9, mib, &weekly)
	require.False(t, learned)
	b.Add(11, 0, &weekly)
	require.InEpsilon(t, 2*mib, b.Usual(), 0.01)
}

// More bytes in a bin never make the usual or the limit less.
func TestBaselineIsMonotone(t *testing.T) {
	var usual, limit float64
	for bytes := int64(1); bytes < 1e15; bytes *= 3 {
		b := lived(20, 100*mib)
		b.Add(20, bytes, &weekly)
		b.Add(21, 1, &weekly)
		require.GreaterOrEqual(t, b.Usual(), usual)
		usual = b.Usual()
	}
	for start := 1.0; start < 1e15; start *= 3 {
		var b Baseline
		b.Add(0, mib, &weekly)
		b.Add(1, 1, &Pace{Bins: 7, Start: start})
		require.GreaterOrEqual(t, b.Limit(), limit)
		limit = b.Limit()
	}
}

// FuzzBaseline: no numbers but finite ones come out, and the limit keeps its pace, from
// where every limit starts at the least.
func FuzzBaseline(f *testing.F) {
	f.Add(uint64(1), int64(math.MaxInt64), 7.0, 1e7, true)
	f.Add(uint64(2), int64(1), 0.0, math.Inf(1), false)
	f.Add(uint64(3), int64(0), math.NaN(), -1.0, false)
	f.Add(uint64(139), int64(78), -76.0, math.Inf(1), false)
	f.Fuzz(func(t *testing.T, seed uint64, most int64, bins, start float64, free bool) {
		if math.IsNaN(start) {
			start = 0
		}
		dice := rand.New(rand.NewPCG(seed, 0))
		pace := Pace{Free: free, Bins: bins, Start: start}
		var b Baseline
		var bin uint32
		for range 200 {
			bin += uint32(dice.IntN(5)) - 1
			if dice.IntN(50) == 0 {
				bin = dice.Uint32()
			}
			before, known := b.Limit(), b.Known()
			z, _ := b.Add(bin, dice.Int64N(max(most, 1)), &pace)
			for _, n := range []float64{z, b.Usual(), b.Limit()} {
				require.False(t, math.IsNaN(n) || math.IsInf(n, 0))
			}
			if known && !free {
				require.LessOrEqual(t, b.Limit(), 2.01*max(before, start, 0)+3)
			}
		}
	})
}

// A job that runs once a week becomes usual after it has come twice, at the stated
// pace; one that came once does not.
func TestBaselineRemembersWhatComesAgain(t *testing.T) {
	pace := Pace{Bins: 144, Day: 144, Start: 10 * mib}
	b := new(Baseline)
	small := func(fromDay, toDay int) {
		for bin := fromDay * 144; bin < toDay*144; bin++ {
			b.Add(uint32(bin), mib, &pace)
		}
	}
	job := func(day int) {
		b.Add(uint32(day*144), 400*mib, &pace)
		b.Add(uint32(day*144+1), 400*mib, &pace)
	}
	small(0, 7)
	job(7)
	small(8, 14)
	require.Less(t, b.Limit(), 20.0*mib, "it came once")
	job(14)
	small(15, 21)
	require.Greater(t, b.Limit(), 400.0*mib)
	require.Less(t, b.Limit(), 2000.0*mib)
	small(21, 140)
	require.Less(t, b.Limit(), 100.0*mib, "it fades")
}

// Bins are counted up to a limit; the average goes on beyond it.
func TestBaselineOfManyBins(t *testing.T) {
	var b Baseline
	for bin := range uint32(2000) {
		b.Add(bin, mib, &Pace{Free: true, Bins: 144, Day: 144})
	}
	require.Equal(t, 255, b.Bins())
	require.InEpsilon(t, mib, b.Usual(), 0.01)
	require.Less(t, b.Limit(), 10.0*mib)
}
