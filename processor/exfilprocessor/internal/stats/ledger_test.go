package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A steady sender's sum comes to what is sent within the time constant.
func TestLedgerOfASteadySender(t *testing.T) {
	var l Ledger
	const each, every = 1 << 20, 300
	for at := int64(0); at < 60*86_400; at += every {
		l.Add(1_700_000_000+at, each)
	}
	for h := range Horizons {
		require.InEpsilon(t, each*h.Seconds()/every, l.Sum(h), 0.05, h.String())
	}
}

// A single transfer decays to a third in the horizon, and is gone after some.
func TestLedgerForgets(t *testing.T) {
	for h := range Horizons {
		var l Ledger
		l.Add(1_000_000, 1<<30)
		require.InEpsilon(t, 1<<30, l.Sum(h), 0.001)
		l.Add(1_000_000+int64(h.Seconds()), 0)
		require.InEpsilon(t, (1<<30)/math.E, l.Sum(h), 0.05)
		l.Add(1_000_000+40*int64(h.Seconds()), 1)
		require.InDelta(t, 1, l.Sum(h), 0.1)
	}
}

// The shorter horizon never sums to more.
func TestLedgerHorizonsAreOrdered(t *testing.T) {
	var l Ledger
	dice := rand.New(rand.NewPCG(1, 1))
	at := int64(1_700_000_000)
	for range 5000 {
		at += dice.Int64N(5000)
		l.Add(at, dice.Int64N(1<<20))
		require.LessOrEqual(t, l.Sum(Hour), l.Sum(Day)*1.001)
		require.LessOrEqual(t, l.Sum(Day), l.Sum(Week)*1.001)
	}
}

// What is late counts as if it were now: it does not bring time back.
func TestLedgerTakesLateBytes(t *testing.T) {
	var l Ledger
	l.Add(100_000, 1000)
	l.Add(1, 1000)
	require.InDelta(t, 2000, l.Sum(Hour), 1)
	l.Add(100_000, 1000)
	require.InDelta(t, 3000, l.Sum(Hour), 1)
}

// FuzzLedger: sums are finite, and more bytes never sum to less.
func FuzzLedger(f *testing.F) {
	f.Add(uint64(1), int64(math.MaxInt64), int64(math.MaxInt64))
	f.Add(uint64(2), int64(1), int64(1000))
	f.Fuzz(func(t *testing.T, seed uint64, most, span int64) {
		dice := rand.New(rand.NewPCG(seed, 0))
		var less, more Ledger
		var at int64
		for range 200 {
			at = dice.Int64N(max(span, 1))
			bytes := dice.Int64N(max(most, 1))
			less.Add(at, bytes/2)
			more.Add(at, bytes)
			for h := range Horizons {
				require.False(t, math.IsNaN(more.Sum(h)) || math.IsInf(more.Sum(h), 0))
				require.LessOrEqual(t, less.Sum(h), more.Sum(h))
			}
		}
	})
}
