package stats

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpread(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for things, within := range map[int]float64{0: 0, 1: 0, 2: 1, 8: 2, 20: 4, 60: 9, 200: 40, 800: 250} {
		sum := 0
		for range 50 {
			var s Spread
			hashes := make([]uint64, things)
			for i := range hashes {
				hashes[i] = dice.Uint64()
			}
			for range 3 { // again, it is not counted again
				for _, h := range hashes {
					s.Add(h)
				}
			}
			require.InDelta(t, things, s.Count(), 3*within+1)
			sum += s.Count()
		}
		require.InDelta(t, things, float64(sum)/50, within/2)
	}
}

func TestSpreadSaysWhatIsNew(t *testing.T) {
	var s Spread
	require.True(t, s.Add(7))
	require.False(t, s.Add(7))
	require.True(t, s.Add(8))
	require.False(t, s.Add(7+spreadBits), "hashes meet")
	require.Equal(t, 2, s.Count())
}

func TestAFullSpread(t *testing.T) {
	var s Spread
	for i := range uint64(spreadBits) {
		s.Add(i)
	}
	require.Equal(t, 1420, s.Count())
}
