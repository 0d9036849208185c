package stats

import "math"

// Horizon is one of a ledger's time constants.
type Horizon int

// The horizons.
const (
	Hour Horizon = iota
	Day
	Week
	Horizons
)

// Seconds is the horizon's time constant.
func (h Horizon) Seconds() float64 { return [Horizons]float64{3600, 86_400, 604_800}[h] }

// String is the horizon's word in a sentence.
func (h Horizon) String() string { return [Horizons]string{"hour", "day", "week"}[h] }

// tick is how finely a ledger tells time, in seconds: within it nothing decays.
const tick = 60

// Ledger sums bytes over several horizons at once: each sum decays exponentially,
// so that a steady sender's comes to what is sent within the time constant.
type Ledger struct {
	sums [Horizons]float32
	last uint32 // in ticks since the epoch
}

// Add counts bytes sent at the event time, in seconds since the epoch.
func (l *Ledger) Add(seconds, bytes int64) {
	now := uint32(seconds / tick)
	if now > l.last {
		l.decay(now)
	}
	for h := range l.sums {
		l.sums[h] += float32(bytes)
	}
}

func (l *Ledger) decay(now uint32) {
	elapsed := float64(now-l.last) * tick
	l.last = now
	for h := range l.sums {
		if l.sums[h] > 0 {
			l.sums[h] *= float32(math.Exp(-elapsed / Horizon(h).Seconds()))
		}
	}
}

// Sum is what was sent over the horizon, in bytes, when bytes were last added.
func (l *Ledger) Sum(h Horizon) float64 { return float64(l.sums[h]) }
