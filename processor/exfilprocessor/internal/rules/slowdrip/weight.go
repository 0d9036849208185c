package slowdrip

import (
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// hourPart and weekTimes are the horizons' floors, relative to the day's.
	hourPart  = 1.0 / 12
	weekTimes = 3
	// peak is how far a decaying sum of a day rises above what is sent a day, if that
	// is sent all at once: 1/(1-1/e).
	peak = 1.6
	// busy is how many times a day's mean an hour is.
	busy = 4
	// weeksUsual is how many times the usual week a week's sum may be.
	weeksUsual = 2
	// hoursLimit is how many times a window's limit an hour's sum may be. It has six
	// windows, and the limit is at least 2.7 times the usual.
	hoursLimit = 3
	// shifted is the sum of deviations times days from which the usual is said to have
	// shifted. Twice the usual takes about a week to it, 2 % more each day a month;
	// chance and weekends leave it below 5.
	shifted = 8
)

// weight is the ledger that is furthest above its limit.
type weight struct {
	horizon stats.Horizon
	sum     float64
	limit   engine.Limit
	part    float64 // of the limit
	loud    bool    // enough to be reported by itself
	shift   bool    // by the shift of the usual, not by a limit
}

// weigh looks at all horizons, then whether a day is enough to be suspect. X is nil
// where the pair is not followed.
func (d *Rule) weigh(v *engine.View, x *exchange) weight {
	most := weight{horizon: stats.Day, limit: d.day(v), loud: true}
	most.measure(v, x)
	for _, w := range [...]weight{
		{horizon: stats.Hour, limit: d.hour(v), loud: true},
		{horizon: stats.Week, limit: d.week(v), loud: true},
	} {
		if w.measure(v, x) > most.part {
			most = w
		}
	}
	if most.part >= 1 {
		return most
	}
	return d.quiet(v, x)
}

// measure leaves out what was sent in bulk.
func (w *weight) measure(v *engine.View, x *exchange) float64 {
	w.sum = v.Ledger().Sum(w.horizon)
	if x != nil {
		w.sum = max(w.sum-x.poured.Sum(w.horizon), 0)
	}
	w.part = w.sum / w.limit.Bytes
	return w.part
}

// day is what was learned, at its peak, or the floor.
func (d *Rule) day(v *engine.View) engine.Limit {
	limit := v.DayLimit(d.cfg.MinBytes)
	limit.Bytes = atPeak(limit)
	return raised(limit, v, peak)
}

// hour is what was learned of windows, or the floor.
func (d *Rule) hour(v *engine.View) engine.Limit {
	limit := v.Limit(int64(float64(d.cfg.MinBytes) * hourPart / hoursLimit))
	limit.Bytes *= hoursLimit
	return raised(limit, v, busy/24)
}

// week is twice the usual week, or the floor.
func (d *Rule) week(v *engine.View) engine.Limit {
	limit := engine.Limit{Bytes: weekTimes * float64(d.cfg.MinBytes), Usual: 7 * v.Daily().Usual()}
	switch usual := weeksUsual * limit.Usual; {
	case v.Learning:
		limit.Bytes, limit.Basis = 100*limit.Bytes, engine.Learning
	case usual > limit.Bytes && v.Established():
		limit.Bytes, limit.Basis = usual, engine.Learned
	}
	return raised(limit, v, 7*peak)
}

// raised lets a new destination have so many times what the workload usually sends a
// day in all.
func raised(limit engine.Limit, v *engine.View, days float64) engine.Limit {
	if v.Established() {
		return limit
	}
	ordinary := v.Ordinary() * 24 / v.Window().Hours()
	if ordinary*days > limit.Bytes {
		return engine.Limit{Bytes: ordinary * days, Usual: ordinary, Basis: engine.WorkloadLearned}
	}
	return limit
}

// quiet is what is suspect: on a new destination from the floor, on a customary one
// from what was learned, or where the usual has shifted.
func (d *Rule) quiet(v *engine.View, x *exchange) weight {
	w := weight{horizon: stats.Day, limit: engine.Limit{Bytes: float64(d.cfg.SuspectBytes)}}
	if !v.Learning && !v.Established() {
		w.measure(v, x)
		return w
	}
	w.limit = v.DayLimit(d.cfg.SuspectBytes)
	w.limit.Bytes = atPeak(w.limit)
	if w.measure(v, x) < 1 && w.sum >= float64(d.cfg.SuspectBytes) && v.Shift().Sum() >= shifted {
		w.part, w.shift = 1, true
	}
	return w
}

// atPeak is a day's limit for a sum that decays.
func atPeak(l engine.Limit) float64 {
	if l.Basis == engine.Learned || l.Basis == engine.WorkloadLearned {
		return l.Bytes * peak
	}
	return l.Bytes
}
