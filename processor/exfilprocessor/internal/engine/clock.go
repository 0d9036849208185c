package engine

import "time"

const (
	// ahead is how far a record may be ahead of the clock.
	ahead = int64(time.Hour)
	// runToMove is how many records in a row must be ahead, and agree to within
	// the same bound, before the clock follows them: then it is the traffic that
	// paused, not one sender's clock that is wrong.
	runToMove = 8
	// runAgainstWall is the same where they claim to come from the future of the
	// collector's own clock, which only a wrong clock there explains.
	runAgainstWall = 1024
)

// clock is event time: the latest time any record gave, moved on by the wall
// clock while no records arrive. All times are ns since the epoch.
type clock struct {
	watermark int64 // latest record
	idle      int64 // watermark plus the wall clock's time since it last moved
	wall      int64 // wall clock at the last arrival

	run     int   // records in a row that were too far ahead
	runTime int64 // time of the last of them
}

// arrive notes the wall clock's time of the records that follow.
func (c *clock) arrive(wall int64) { c.wall = max(c.wall, wall) }

// pass moves the clock on by the wall clock's time since the last arrival.
func (c *clock) pass(wall int64) {
	if c.watermark != 0 && wall > c.wall {
		c.idle = max(c.idle, c.watermark+wall-c.wall)
	}
}

// now is what idle state is measured against.
func (c *clock) now() int64 { return max(c.watermark, c.idle) }

// admit moves the watermark to t; false where t is not to be believed.
func (c *clock) admit(t int64) bool {
	if !c.credible(t) {
		return false
	}
	c.run = 0
	c.watermark = max(c.watermark, t)
	return true
}

func (c *clock) credible(t int64) bool {
	limit := c.now() + ahead
	if c.watermark == 0 {
		limit = c.wall + ahead
	}
	if t <= limit {
		return true
	}
	if distance := t - c.runTime; distance > ahead || distance < -ahead {
		c.run = 0
	}
	c.run, c.runTime = c.run+1, t
	if t > c.wall+ahead {
		return c.run >= runAgainstWall
	}
	return c.run >= runToMove
}
