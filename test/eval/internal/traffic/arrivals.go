package traffic

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// never is later than any evaluation ends.
const never = time.Duration(math.MaxInt64)

// horizon is where every flow ends: after the longest evaluation.
const horizon = 400 * corpus.Day

// catchUp is the time between two of the connections that an outage held back.
const catchUp = 200 * time.Millisecond

// arrivals says when a flow's connections begin, as times since the start.
type arrivals struct {
	times *corpus.Times
	dice  *rand.Rand
	until time.Duration
	rate  float64 // factor of the mean rate
	left  int     // connections still to come; negative: no end
	next  time.Duration

	clock   time.Duration // where the process stands, outages or not
	batch   int           // left of those that begin at a time of day
	waiting int           // held back by an outage
	size    float64       // intensity, for counts that follow it
}

// pace is what one workload makes of a flow's times.
type pace struct {
	life      corpus.Span
	rate      float64
	intensity float64
	prompt    bool // a timer's first is at once, not within its first period
}

// newArrivals begins where the workload does.
func newArrivals(times *corpus.Times, dice *rand.Rand, p pace) *arrivals {
	life, rate, intensity := p.life, p.rate, p.intensity
	a := &arrivals{times: times, dice: dice, rate: rate, left: -1, size: 1}
	a.clock, a.until = max(life.From, times.From), horizon
	for _, end := range []time.Duration{life.To, times.To} {
		if end > 0 {
			a.until = min(a.until, end)
		}
	}
	if times.Every.Scaled {
		a.rate *= intensity
	}
	if times.Count.Scaled {
		a.size = intensity
	}
	if len(times.At) == 0 && !times.Count.IsZero() {
		a.left = a.count()
	}
	if len(times.At) == 0 && times.Jitter >= 0 {
		if !p.prompt {
			a.clock += time.Duration(dice.Float64() * float64(min(a.every(), corpus.Day)))
		}
		a.clock -= a.every() // the first step adds it
	}
	a.step()
	return a
}

func (a *arrivals) count() int { return max(1, int(math.Round(a.times.Count.Draw(a.dice, a.size)))) }

// every is the mean time between connections.
func (a *arrivals) every() time.Duration {
	return max(time.Duration(a.times.Every.Draw(a.dice, 1/a.rate)), time.Millisecond)
}

// step moves next to the following connection.
func (a *arrivals) step() {
	if a.left == 0 {
		a.next = never
		return
	}
	if a.left > 0 {
		a.left--
	}
	if a.waiting > 0 {
		a.waiting--
		a.next += catchUp
		return
	}
	a.advance()
	outage := a.times.Outage
	for outage.To > 0 && a.clock >= outage.From && a.clock < outage.To {
		a.waiting++
		a.advance()
	}
	a.next = a.clock
	if a.waiting > 0 {
		a.next = outage.To
	}
	if a.clock >= a.until {
		a.next = never
	}
}

// advance moves the clock to the next connection that the times allow.
func (a *arrivals) advance() {
	switch {
	case len(a.times.At) > 0:
		a.advanceByClock()
	case a.times.Jitter >= 0:
		a.advanceByTimer()
	default:
		a.advanceAtRandom()
	}
}

// advanceByTimer sleeps a period, more or less, from one to the next.
func (a *arrivals) advanceByTimer() {
	for {
		off := 1 + a.times.Jitter*(2*a.dice.Float64()-1)
		a.clock += time.Duration(float64(a.every()) * off)
		if a.clock >= a.until || a.allowed(a.clock) {
			return
		}
	}
}

// advanceAtRandom thins a Poisson process of the highest rate.
func (a *arrivals) advanceAtRandom() {
	highest := 1 + a.times.Swing
	for {
		a.clock += time.Duration(a.dice.ExpFloat64() * float64(a.every()) / highest)
		if a.clock >= a.until {
			return
		}
		if !a.allowed(a.clock) {
			a.clock = a.clock.Truncate(time.Hour) + time.Hour
			continue
		}
		if a.dice.Float64()*highest <= a.level(a.clock) {
			return
		}
	}
}

// advanceByClock goes through the day's times, at each of which a batch begins.
func (a *arrivals) advanceByClock() {
	if a.batch > 0 {
		a.batch--
		gap := time.Second
		if !a.times.Every.IsZero() {
			gap = a.every()
		}
		a.clock += gap
		return
	}
	for {
		a.clock = a.following(a.clock)
		if a.clock >= a.until || a.allowed(a.clock) {
			break
		}
	}
	if !a.times.Count.IsZero() {
		a.batch = a.count() - 1
	}
	if a.times.Delay > 0 {
		a.clock += time.Duration(a.dice.Int64N(int64(a.times.Delay)))
	}
}

// following is the first of the day's times after t.
func (a *arrivals) following(t time.Duration) time.Duration {
	day := t.Truncate(corpus.Day)
	for {
		for _, at := range a.times.At {
			if day+at > t {
				return day + at
			}
		}
		day += corpus.Day
	}
}

// allowed says whether hours, days and dates let a connection begin.
func (a *arrivals) allowed(t time.Duration) bool {
	day := int(t / corpus.Day)
	if !a.times.Days[day%7] {
		return false
	}
	if dates := a.times.Dates; len(dates) > 0 {
		found := false
		for _, d := range dates {
			found = found || d == day
		}
		if !found {
			return false
		}
	}
	from, to := a.times.Hours[0], a.times.Hours[1]
	hour := int(t % corpus.Day / time.Hour)
	switch {
	case from == to:
		return true
	case from < to:
		return hour >= from && hour < to
	default:
		return hour >= from || hour < to
	}
}

// level is the rate at t, as a factor of the mean: highest at 14:00 UTC.
func (a *arrivals) level(t time.Duration) float64 {
	if a.times.Swing == 0 && a.times.Weekend == 1 {
		return 1
	}
	hour := float64(t%corpus.Day) / float64(time.Hour)
	v := 1 + a.times.Swing*math.Cos(2*math.Pi*(hour-14)/24)
	if int(t/corpus.Day)%7 >= 5 {
		v *= a.times.Weekend
	}
	return v
}
