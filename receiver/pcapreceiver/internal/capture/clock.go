package capture

import (
	"math"
	"math/bits"
	"time"
)

// clock turns one interface's ticks into ns since the epoch.
type clock struct {
	// perSecond is how many ticks a second has; nanoseconds is a tick's length, 0 where it
	// is no whole number.
	perSecond, nanoseconds uint64
	// offset is added, in ns (pcapng's if_tsoffset).
	offset int64
	// broken says that offset alone leaves the range of time.
	broken bool
}

// newClock takes pcapng's if_tsresol: a negative power of 10, or of 2 where the highest
// bit is set. False where a uint64 has no room for it.
func newClock(resolution byte, offset int64) (clock, bool) {
	c := clock{perSecond: 1}
	exponent := resolution & 0x7f
	if resolution&0x80 != 0 {
		if exponent > 63 {
			return c, false
		}
		c.perSecond <<= exponent
	} else {
		if exponent > 19 {
			return c, false
		}
		for range exponent {
			c.perSecond *= 10
		}
	}
	if uint64(time.Second)%c.perSecond == 0 {
		c.nanoseconds = uint64(time.Second) / c.perSecond
	}
	const limit = math.MaxInt64 / int64(time.Second)
	c.broken = offset > limit || offset < -limit
	if !c.broken {
		c.offset = offset * int64(time.Second)
	}
	return c, true
}

// time gives 0 for what an int64 of ns cannot hold.
func (c *clock) time(ticks uint64) int64 {
	high, ns := bits.Mul64(ticks, c.nanoseconds)
	if c.nanoseconds == 0 {
		high, ns = c.divide(ticks)
	}
	if high != 0 || ns > math.MaxInt64 || c.broken {
		return 0
	}
	sum := int64(ns) + c.offset
	if c.offset > 0 && sum < 0 {
		return 0
	}
	return sum
}

// divide is for clocks finer than a nanosecond, and those that count in powers of 2.
func (c *clock) divide(ticks uint64) (high, ns uint64) {
	seconds, rest := ticks/c.perSecond, ticks%c.perSecond
	restHigh, restLow := bits.Mul64(rest, uint64(time.Second))
	fraction, _ := bits.Div64(restHigh, restLow, c.perSecond)
	high, ns = bits.Mul64(seconds, uint64(time.Second))
	ns, carry := bits.Add64(ns, fraction, 0)
	return high + carry, ns
}
