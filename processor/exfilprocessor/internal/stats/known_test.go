package stats

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const today = 1_700_000_000

// see searches each time.
func see(k *Known, hash, at uint32, customary bool) (first uint32, ok bool) {
	place := uint8(0)
	return k.See(hash, at, customary, &place)
}

func TestKnown(t *testing.T) {
	var k Known
	first, ok := see(&k, 7, today, false)
	require.True(t, ok)
	require.EqualValues(t, today, first)
	first, ok = see(&k, 7, today+5, false)
	require.True(t, ok)
	require.EqualValues(t, today, first)
	first, ok = see(&k, 7, today-100, true)
	require.True(t, ok, "late, and too late to be customary")
	require.EqualValues(t, today, first)

	first, ok = see(&k, 0, today, true)
	require.True(t, ok, "a hash of 0 is one like others")
	require.EqualValues(t, 1, first, "customary")
}

// The place saves a search and changes nothing, right or wrong.
func TestKnownPlace(t *testing.T) {
	var k, searched Known
	var places [8]uint8
	for i := range uint32(1000) {
		hash := i * i % 89
		first, ok := k.See(hash, today+i, i%7 == 0, &places[hash%8])
		want, found := see(&searched, hash, today+i, i%7 == 0)
		require.Equal(t, want, first)
		require.Equal(t, found, ok)
	}
	require.Equal(t, searched, k)
}

// What gives way is what was idle longest.
func TestKnownForgetsTheIdle(t *testing.T) {
	var k Known
	for hash := range uint32(knownMost) {
		see(&k, hash, today+hash, false)
	}
	see(&k, 0, today+1000, false)
	see(&k, 99, today+1001, false)
	first, _ := see(&k, 0, today+1002, false)
	require.EqualValues(t, today, first)
	first, _ = see(&k, 1, today+1003, false)
	require.EqualValues(t, today+1003, first, "it gave way")
}

// A million new things do not displace what is customary, by learning or by habit.
func TestKnownKeepsTheCustomary(t *testing.T) {
	var k Known
	see(&k, 1, today, true)
	see(&k, 2, today, false)
	see(&k, 2, today+becomesCustomary, false)
	for hash := range uint32(1_000_000) {
		see(&k, 1000+hash, today+becomesCustomary+hash/1000, false)
	}
	at := uint32(today + becomesCustomary + 2000)
	first, _ := see(&k, 1, at, false)
	require.EqualValues(t, always, first)
	first, _ = see(&k, 2, at, false)
	require.EqualValues(t, today, first)
}

// Where all there is room for is customary, nothing is known of the rest, until one
// of them has been gone for long.
func TestKnownIsFull(t *testing.T) {
	var k Known
	for hash := range uint32(knownMost) {
		see(&k, hash, today, true)
	}
	_, ok := see(&k, 99, today+1, true)
	require.False(t, ok)
	_, ok = see(&k, 99, today+forgotten, false)
	require.True(t, ok)
}

// FuzzKnown: a thing is never first seen after now, and what was customary and comes
// often stays so.
func FuzzKnown(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 0, 1})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var k Known
		see(&k, 1<<20, today, true)
		at := uint32(today)
		for _, step := range steps {
			at += uint32(step) * 3600
			first, _ := see(&k, uint32(step)%64, at, step > 250)
			require.LessOrEqual(t, first, at)
			if first, ok := see(&k, 1<<20, at, false); ok {
				require.EqualValues(t, always, first)
			} else {
				t.Fatal("the customary one gave way")
			}
		}
	})
}
