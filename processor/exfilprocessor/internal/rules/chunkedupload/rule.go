// Package chunkedupload finds data that was cut into pieces of one size before it
// was sent.
package chunkedupload

import (
	"fmt"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// newScore is that of a destination that is not customary.
	newScore = 42
	// ordinaryScore is that of a destination that may have replaced another one, however
	// much it comes to.
	ordinaryScore = 20
	// customaryScore weighs nothing: a customary destination has its sizes. It is
	// said only where the volume is unusual.
	customaryScore = 10
	// minRatio of sent to received: three bytes out for one in.
	minRatio = 0.5
	// An incident waits for three more pieces, within these bounds.
	leastQuiet, mostQuiet = time.Hour, 48 * time.Hour
)

// Rule looks at the sizes of the transfers to a destination.
type Rule struct {
	engine.Stateless
	cfg Config
}

// New makes the rule.
func New(cfg Config) *Rule { return &Rule{cfg: cfg} }

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "chunked_upload",
	Category:    "exfiltration",
	Description: "Many transfers of nearly one size to one outside destination",
	Reference:   "https://attack.mitre.org/techniques/T1030/",
	Version:     "1",
	Family:      alert.Pattern,
	Needs:       flow.FieldBytes,
}

// Observe reports a number of transfers of one size, and again when it doubles.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 || r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	count, size, variation := v.Sizes().Alike(u.cfg.MinCount, u.cfg.MaxVariation)
	total := float64(count) * size
	if count == 0 || size < float64(u.cfg.MinChunkBytes) || total < float64(u.cfg.MinBytes) {
		return nil, false
	}
	if v.Learning || !v.News(total) || int64(v.Beats().Last())*1e9 < v.Told() || v.Volume().Ratio() < minRatio {
		return nil, false
	}
	score, ok := u.base(v)
	if !ok {
		return nil, false
	}
	f := u.finding(count, size, variation)
	f.Score = score
	if score > ordinaryScore {
		f.Score = incident.Score(score, total, float64(u.cfg.MinBytes))
	}
	f.Quiet = quiet(v)
	if age := v.Age(); age < 24*time.Hour {
		f.Sent, f.Since = stats.Whole(total), v.Now-int64(age)
	}
	return f, true
}

// base is the score at the threshold; false where the sizes mean nothing.
func (u *Rule) base(v *engine.View) (score float64, ok bool) {
	switch {
	case v.Established():
		return customaryScore, float64(v.Volume().Sent) > v.Limit(u.cfg.MinBytes).Bytes
	case v.Replaces():
		return ordinaryScore, true
	default:
		return newScore, true
	}
}

// quiet is long enough for three more pieces at the pace so far.
func quiet(v *engine.View) time.Duration {
	return min(max(time.Duration(3*v.Beats().Pause())*time.Second, leastQuiet), mostQuiet)
}

func (u *Rule) finding(count int, size, variation float64) *engine.Finding {
	total, piece := stats.Whole(float64(count)*size), prose.Bytes(stats.Whole(size))
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1030"},
			Observed:   float64(count) * size,
			Threshold:  float64(u.cfg.MinBytes),
			Unit:       "By",
			Sentence: fmt.Sprintf("%d transfers were of %s each, %s in all, and differed by %.1f%% (coefficient of variation, at most %.1f%%); the limits are %d transfers and %s.",
				count, piece, prose.Bytes(total), 100*variation, 100*u.cfg.MaxVariation, u.cfg.MinCount, prose.Bytes(u.cfg.MinBytes)),
		},
		Action: fmt.Sprintf("has sent %s in %d transfers of nearly one size", prose.Bytes(total), count),
		Reason: fmt.Sprintf("%d or more transfers of one size, %s in all, to a destination that is not customary are reported",
			u.cfg.MinCount, prose.Bytes(u.cfg.MinBytes)),
	}
}
