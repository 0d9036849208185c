package engine

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClockAdmits(t *testing.T) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	at := func(d time.Duration) int64 { return base + int64(d) }
	for name, test := range map[string]struct {
		wall    time.Duration
		records []time.Duration
		want    []bool
		now     time.Duration
	}{
		"in order":                    {0, []time.Duration{0, time.Second}, []bool{true, true}, time.Second},
		"late is admitted":            {0, []time.Duration{0, -10 * time.Hour}, []bool{true, true}, 0},
		"first from the future":       {0, []time.Duration{time.Hour, 0}, []bool{false, true}, 0},
		"a little ahead of the wall":  {0, []time.Duration{0, 5 * time.Minute}, []bool{true, true}, 5 * time.Minute},
		"ahead of the wall":           {0, []time.Duration{0, 6 * time.Minute, 6 * time.Minute}, []bool{true, false, false}, 0},
		"one ahead of a replay":       {time.Hour * 24, []time.Duration{0, 2 * time.Hour, 1}, []bool{true, false, true}, 1},
		"a pause in a replay":         {time.Hour * 24, []time.Duration{0, 2 * time.Hour, 2 * time.Hour}, []bool{true, false, true}, 2 * time.Hour},
		"two ahead that do not agree": {time.Hour * 24, []time.Duration{0, 2 * time.Hour, 9 * time.Hour}, []bool{true, false, false}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var c clock
			c.arrive(time.Unix(0, at(test.wall)))
			for i, d := range test.records {
				require.Equal(t, test.want[i], c.admit(at(d)), "record %d", i)
			}
			require.Equal(t, at(test.now), c.now())
		})
	}
}

func TestAWrongWallClockDoesNotBlind(t *testing.T) {
	var c clock
	c.arrive(time.Unix(0, 1))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	for range 2 * runAgainstWall {
		require.False(t, c.admit(at), "however many there are at once")
	}
	c.arrive(time.Unix(0, 1+int64(time.Minute)))
	require.True(t, c.admit(at))
	require.True(t, c.admit(at), "and from then on")
}

// Who sends any number of records from the future does not set the clock while
// others send true ones.
func TestTheClockIsNotPoisoned(t *testing.T) {
	var c clock
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	for second := range int64(300) {
		now := base + second*int64(time.Second)
		c.arrive(time.Unix(0, now))
		require.True(t, c.admit(now))
		for range 2 * runAgainstWall {
			require.False(t, c.admit(now+int64(24*time.Hour)))
		}
		require.Equal(t, now, c.now())
	}
}

func TestTheEndOfTimeIsNotBelieved(t *testing.T) {
	var c clock
	for minute := range int64(4) {
		c.arrive(time.Unix(0, 1+minute*int64(time.Minute)))
		for range runAgainstWall {
			require.False(t, c.admit(math.MaxInt64))
		}
	}
}

func TestTheWallClockPassesWhileNothingArrives(t *testing.T) {
	var c clock
	c.pass(time.Unix(0, int64(time.Hour)))
	require.Zero(t, c.now(), "before the first record there is no time")
	base := int64(1_000_000 * time.Hour)
	c.arrive(time.Unix(0, base))
	c.admit(base - int64(time.Minute))
	c.arrive(time.Unix(0, base+int64(5*time.Minute))) // of something else than flow records
	c.pass(time.Unix(0, base+int64(10*time.Minute)))
	require.Equal(t, base+int64(9*time.Minute), c.now())
	require.True(t, c.admit(base-1), "records are late against records, not against the wall clock")
}

// The collector's clock is set a year ahead and back again: no state expires, and
// nothing is closed.
func TestAWallClockThatIsSetMovesNothing(t *testing.T) {
	var c clock
	start := time.Now() // with a monotonic reading
	c.arrive(start)
	c.admit(start.UnixNano())
	set := start.Add(time.Second) // elapsed
	c.pass(set)
	require.Equal(t, start.UnixNano()+int64(time.Second), c.now())
	c.arrive(start.AddDate(1, 0, 0).Round(0)) // no monotonic reading: only the wall
	c.arrive(set)
	require.False(t, c.admit(start.AddDate(1, 0, 0).UnixNano()), "the clock is back")
}
