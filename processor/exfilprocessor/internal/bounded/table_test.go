package bounded

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTouchFindsWhatItMade(t *testing.T) {
	table := New[string, int](10, 100)
	e, fresh := table.Touch("a", 1, 5)
	require.True(t, fresh)
	e.Value = 7
	e, fresh = table.Touch("a", 2, 5)
	require.False(t, fresh)
	require.Equal(t, 7, e.Value)
	require.Equal(t, 1, table.Len())
}

func TestIdleEntriesAreForgotten(t *testing.T) {
	table := New[string, int](10, 100)
	e, _ := table.Touch("a", 0, 0)
	e.Value = 7
	e, fresh := table.Touch("a", 100, 0)
	require.False(t, fresh, "idle for no longer than the limit")
	require.Equal(t, 7, e.Value)
	e, fresh = table.Touch("a", 201, 0)
	require.True(t, fresh)
	require.Zero(t, e.Value)

	table.Sweep(302, 10)
	require.Zero(t, table.Len())
	require.Zero(t, table.Drain().Evicted, "expiry is no eviction")
}

func TestTheLightestGivesWay(t *testing.T) {
	table := New[int, int](1000, 1<<40)
	for heavy := range 20 {
		table.Touch(-1-heavy, 0, 1<<20)
	}
	for light := range 1_000_000 {
		table.Touch(light, int64(light), 900)
	}
	require.Equal(t, 1000, table.Len())
	for heavy := range 20 {
		require.NotNil(t, table.Get(-1-heavy))
	}
	stats := table.Drain()
	require.EqualValues(t, 1_000_020-1000, stats.Evicted)
	require.Zero(t, table.Drain().Evicted, "counts start anew")
}

func TestPinnedEntriesStay(t *testing.T) {
	table := New[int, int](2, 10)
	for key := range 2 {
		e, _ := table.Touch(key, 0, 0)
		e.Pin(true)
	}
	e, _ := table.Touch(2, 1000, 0)
	require.Nil(t, e)
	require.EqualValues(t, 1, table.Drain().Refused)
	table.Sweep(1000, 10)
	require.Equal(t, 2, table.Len())

	table.Get(0).Pin(false)
	e, _ = table.Touch(2, 1000, 0)
	require.NotNil(t, e)
	require.Nil(t, table.Get(0))
	require.NotNil(t, table.Get(1))
}

func TestAFullTableDoesNotGrow(t *testing.T) {
	table := New[int, [64]byte](500, 10)
	for key := range 500 {
		table.Touch(key, 0, 1)
	}
	require.Zero(t, testing.AllocsPerRun(1000, func() { table.Touch(500, 0, 1); table.Remove(500) }))
	require.Len(t, table.slabs, 2)
	require.Len(t, table.slabs[1], 500-slabSize)
}

func TestWeightDoesNotOverflow(t *testing.T) {
	table := New[int, int](1, 10)
	e, _ := table.Touch(1, 0, 1<<62)
	table.Touch(1, 0, 1<<62)
	require.Positive(t, e.weight)
}

func BenchmarkTouch(b *testing.B) {
	table := New[int, [200]byte](100_000, 1<<40)
	b.ReportAllocs()
	for i := range b.N {
		table.Touch(i%200_000, int64(i), int64(i%7))
	}
}
