package engine

import (
	"math"
	"time"
)

const (
	// aheadOfWall is how far a record may be ahead of the collector's own clock.
	aheadOfWall = int64(5 * time.Minute)
	// aheadOfRecords is how far a record may be ahead of the latest one, which is
	// what protects a replay, where all records are old.
	aheadOfRecords = int64(time.Hour)
	// runToMove is how many records in a row must be ahead of the others, and
	// agree to within the same bound, before the clock follows them: then the
	// traffic paused, and no single record is wrong.
	runToMove = 2
	// runAgainstWall is the same where they are ahead of the collector's own
	// clock, which then must be the one that is wrong. The run must also last: a
	// sender who invents times cannot keep everybody else's records from coming in
	// between.
	runAgainstWall  = 1024
	spanAgainstWall = time.Minute
	// lastTime is the latest time believed, ten years before ns since the epoch
	// overflow, so that sums with the durations of the configuration do not.
	lastTime = math.MaxInt64 - int64(10*365*24*time.Hour)
)

// clock is event time, in ns since the epoch: the latest time any record gave,
// moved on by the wall clock while no records arrive. How long that is comes from
// the monotonic reading, so that a wall clock that is set moves nothing.
type clock struct {
	watermark int64 // latest record
	idle      int64 // watermark plus the wall clock's time since it last moved
	skew      int64 // how far the wall clock was found to be behind

	wall  time.Time // wall clock at the last arrival
	moved time.Time // wall clock when the watermark last moved

	run     int       // records in a row that were too far ahead
	runTime int64     // time of the last of them
	runWall time.Time // wall clock at the first of them

	resumed bool // no record came since it was
}

// resume sets the clock to the latest record that another collector saw. What was
// not observed in between is not taken for silence.
func (c *clock) resume(watermark int64, wall time.Time) {
	c.watermark = min(watermark, wall.UnixNano()+aheadOfWall)
	c.wall, c.moved, c.resumed = wall, wall, true
}

// arrive notes the wall clock's time of the records that follow.
func (c *clock) arrive(wall time.Time) { c.wall = wall }

// pass moves the clock on by the wall clock's time since the watermark moved.
func (c *clock) pass(wall time.Time) {
	if c.watermark != 0 {
		c.idle = max(c.idle, c.watermark+int64(wall.Sub(c.moved)))
	}
}

// now is what idle state is measured against.
func (c *clock) now() int64 { return max(c.watermark, c.idle) }

// admit moves the watermark to t; false where t is not to be believed.
func (c *clock) admit(t int64) bool {
	if t > lastTime || !c.credible(t) {
		return false
	}
	c.run, c.resumed = 0, false
	if t > c.watermark {
		c.watermark, c.moved = t, c.wall
	}
	return true
}

func (c *clock) credible(t int64) bool {
	needed := c.needed(t)
	if needed == 0 {
		return true
	}
	if distance := t - c.runTime; distance > aheadOfRecords || distance < -aheadOfRecords {
		c.run = 0
	}
	if c.run == 0 {
		c.runWall = c.wall
	}
	c.run, c.runTime = c.run+1, t
	if c.run < needed || needed == runAgainstWall && c.wall.Sub(c.runWall) < spanAgainstWall {
		return false
	}
	c.skew = max(c.skew, t-c.wall.UnixNano())
	return true
}

// needed is how many records in a row it takes to believe t; 0 if t is near.
func (c *clock) needed(t int64) int {
	switch {
	case t > c.wall.UnixNano()+c.skew+aheadOfWall:
		return runAgainstWall
	case c.watermark != 0 && !c.resumed && t > c.now()+aheadOfRecords:
		return runToMove
	default:
		return 0
	}
}
