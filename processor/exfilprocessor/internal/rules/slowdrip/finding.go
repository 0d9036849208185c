package slowdrip

import (
	"fmt"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// Scores just above the limits.
const (
	dripScore = 40
	// customaryScore is that of a destination to which sending is customary: it
	// takes twice the limit to alert alone.
	customaryScore = 37
	// newScore is that of a suspect volume to a new destination: as much is sent
	// there after many a release. With a process that is new it is enough.
	newScore = 20
	// aboveScore is that of a volume above what was learned of the destination.
	aboveScore = 27
	// shiftScore is that of one that is above the usual only, but persistently.
	shiftScore = 20
)

// pauses are how long a drip of a horizon may pause and is still the same one: one
// that only sends at night pauses all day.
var pauses = [stats.Horizons]time.Duration{2 * time.Hour, 24 * time.Hour, 48 * time.Hour}

// most keeps a sum of bytes in 64 bits.
const most = 1 << 62

func (d *Rule) finding(v *engine.View, w *weight, x *exchange) *engine.Finding {
	sum := int64(min(w.sum, most))
	f := &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1020", "T1030"},
			Score:      score(v, w),
			Observed:   w.sum,
			Threshold:  w.limit.Bytes,
			Baseline:   w.limit.Usual,
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent about %s within %s, of which %s within the last %s (ratio %.2f, at least %.2f); %s.",
				prose.Bytes(sum), w.within(), prose.Bytes(v.Volume().Sent), prose.Duration(v.Window()), ratio(x), d.cfg.MinRatio, w.explain()),
		},
		Action: fmt.Sprintf("has sent about %s within %s, a little at a time,", prose.Bytes(sum), w.within()),
		Reason: w.reason(),
		Quiet:  pauses[w.horizon],
		Sent:   sum,
		Since:  max(v.Told(), v.Now-int64(min(v.Age(), w.span()))),
	}
	return f
}

func score(v *engine.View, w *weight) float64 {
	switch {
	case w.shift:
		return shiftScore
	case w.loud && v.Established():
		return incident.Score(customaryScore, w.sum, w.limit.Bytes)
	case w.loud:
		return incident.Score(dripScore, w.sum, w.limit.Bytes)
	case v.Established():
		return aboveScore
	default:
		return newScore
	}
}

// within is the horizon in words.
func (w *weight) within() string {
	if w.horizon == stats.Hour {
		return "an hour"
	}
	return "a " + w.horizon.String()
}

// span is how far back the sum looks.
func (w *weight) span() time.Duration {
	return time.Duration(w.horizon.Seconds()) * time.Second
}

func (w *weight) explain() string {
	if w.shift {
		return "what it sends has been above the usual ever since some time"
	}
	limit := prose.Bytes(int64(min(w.limit.Bytes, most)))
	usual := prose.Bytes(int64(min(w.limit.Usual, most)))
	switch w.limit.Basis {
	case engine.Learned:
		return fmt.Sprintf("usual is %s, the limit %s, which at most doubles in a week", usual, limit)
	case engine.WorkloadLearned:
		return fmt.Sprintf("the destination is new; the limit is %s, usual for the workload in all is %s", limit, usual)
	case engine.Learning:
		return fmt.Sprintf("the limit is %s while the engine learns what is usual", limit)
	default:
		return "the floor is " + limit
	}
}

func (w *weight) reason() string {
	switch {
	case w.shift:
		return "that is persistently more than usual"
	case w.loud:
		return fmt.Sprintf("%s or more within %s is reported", prose.Bytes(int64(min(w.limit.Bytes, most))), w.within())
	case w.limit.Basis == engine.Learned:
		return "that is more than was learned to be usual"
	default:
		return "the destination is new"
	}
}
