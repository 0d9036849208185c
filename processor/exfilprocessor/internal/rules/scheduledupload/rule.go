// Package scheduledupload finds uploads at regular intervals.
package scheduledupload

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
	// minRatio of sent to received: three bytes out for one in.
	minRatio = 0.5
	// maxRipple is the largest mean deviation of sizes, relative to the usual one. That
	// of ordinary traffic (log-normal, sigma 0.5) is 0.42, on average.
	maxRipple = 0.35
	// An incident waits for so many beats more, up to a bound.
	waits     = 3
	mostQuiet = 4 * 24 * time.Hour
)

// Rule looks at when a workload sends to a destination.
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
	Name:        "scheduled_upload",
	Category:    "exfiltration",
	Description: "Uploads to one outside destination at regular intervals",
	Reference:   "https://attack.mitre.org/techniques/T1029/",
	Version:     "1",
	Family:      alert.Pattern,
	Needs:       flow.FieldBytes,
}

// Observe reports a rhythm, and again when its bytes double.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 || r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	rhythm, ok := v.Beats().Rhythm(u.cfg.MinBeats)
	if !ok || !u.suits(&rhythm) || v.Learning {
		return nil, false
	}
	total := float64(rhythm.Beats) * rhythm.Bytes
	if !v.News(total) || int64(v.Beats().Last())*1e9 < v.Told() || v.Established() {
		return nil, false
	}
	if v.Volume().Ratio() < minRatio {
		return nil, false
	}
	base := float64(newScore)
	if v.Replaces() {
		base = ordinaryScore
	}
	return u.finding(v, &rhythm, base), true
}

// suits says whether the rhythm is one of uploads.
func (u *Rule) suits(r *stats.Rhythm) bool {
	return r.Bytes >= float64(u.cfg.MinBytes) && r.Interval >= u.cfg.MinInterval.Seconds() &&
		r.Jitter <= u.cfg.MaxJitter && r.Ripple <= maxRipple
}

func (u *Rule) finding(v *engine.View, r *stats.Rhythm, base float64) *engine.Finding {
	total := float64(r.Beats) * r.Bytes
	threshold := float64(u.cfg.MinBeats) * float64(u.cfg.MinBytes)
	interval := time.Duration(r.Interval * float64(time.Second))
	said, each := prose.Duration(interval.Round(time.Second)), prose.Bytes(stats.Whole(r.Bytes))
	f := &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1029"},
			Score:      base,
			Observed:   total,
			Threshold:  threshold,
			Unit:       "By",
			Sentence: fmt.Sprintf("%d uploads of about %s each were %s apart, %.0f%% more or less on average (at most %.0f%%); the limits are %d uploads and %s each.",
				r.Beats, each, said, 100*r.Jitter, 100*u.cfg.MaxJitter, u.cfg.MinBeats, prose.Bytes(u.cfg.MinBytes)),
		},
		Action: fmt.Sprintf("sends about %s every %s", each, said),
		Reason: fmt.Sprintf("uploads at regular intervals to a destination that is not customary are reported, from %d of %s each",
			u.cfg.MinBeats, prose.Bytes(u.cfg.MinBytes)),
		Quiet: min(waits*interval, mostQuiet),
	}
	if base > ordinaryScore {
		f.Score = incident.Score(base, total, threshold)
	}
	// Beats that are left out make it longer than so many intervals.
	if age := v.Age(); age < 2*time.Duration(r.Beats)*interval {
		f.Sent, f.Since = stats.Whole(total), v.Now-int64(age)
	}
	return f
}
