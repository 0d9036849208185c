// Package fanout finds a volume that a workload spreads over many outside
// destinations, so that none of them gets much.
package fanout

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
	// baseScore is that of a volume just above the limit.
	baseScore = 42
	// quiet is how long the incident waits for more: destinations come one by one.
	quiet = 30 * time.Minute
	// slowQuiet is the same where it took a day.
	slowQuiet = 3 * time.Hour
	// told is how long the day's sum holds what an incident that is over told of, ns.
	told = int64(48 * time.Hour)
	// slowBytes and slowDestinations are how many times the thresholds of a window are
	// those of a day.
	slowBytes, slowDestinations = 8, 4
)

// Rule compares what goes to destinations that are not customary, all together, with
// a floor and with what is usual, and counts them.
type Rule struct {
	engine.Stateless
	cfg Config
}

// New makes the rule.
func New(cfg Config) *Rule { return &Rule{cfg: cfg} }

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is what a workload sends to all destinations that are not customary.
func (*Rule) Scope() engine.Scope { return engine.Totals }

var description = alert.Rule{
	Name:        "fan_out",
	Category:    "exfiltration",
	Description: "A volume spread over many outside destinations",
	Reference:   "https://attack.mitre.org/techniques/T1020/",
	Version:     "1",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes,
}

// reach is what was sent within a window or a day, to how many, against what.
type reach struct {
	sent            float64
	limit           engine.Limit
	destinations    int
	usual           float64 // number of destinations that is still usual
	minDestinations int
}

// Observe reports a volume and a number of destinations that cross their limits, and
// again when the volume doubles.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 || v.Learning {
		return nil, false
	}
	volume := v.Volume()
	if volume.Ratio() < u.cfg.MinRatio {
		return nil, false
	}
	if volume.Sent >= u.cfg.MinBytes {
		if f, ok := u.fast(v, volume.Sent); ok {
			return f, true
		}
	}
	if v.Ledger().Sum(stats.Day) >= slowBytes*float64(u.cfg.MinBytes) && v.Now-v.Told() > told {
		return u.slow(v)
	}
	return nil, false
}

// fast looks at the window.
func (u *Rule) fast(v *engine.View, sent int64) (*engine.Finding, bool) {
	destinations := v.Spread()
	if destinations < u.cfg.MinDestinations || !v.News(float64(sent)) {
		return nil, false
	}
	h := reach{
		sent: float64(sent), limit: v.Limit(u.cfg.MinBytes),
		destinations: destinations, usual: v.SpreadLimit(), minDestinations: u.cfg.MinDestinations,
	}
	if !u.wide(&h) {
		return nil, false
	}
	f := u.finding(&h, prose.Duration(v.Window()))
	f.Quiet = quiet
	return f, true
}

// slow looks at the day.
func (u *Rule) slow(v *engine.View) (*engine.Finding, bool) {
	sent, destinations := v.Ledger().Sum(stats.Day), v.DaySpread()
	if destinations < slowDestinations*u.cfg.MinDestinations || !v.News(sent) {
		return nil, false
	}
	h := reach{
		sent: sent, limit: v.DayLimit(slowBytes * u.cfg.MinBytes),
		destinations: destinations, usual: v.DaySpreadLimit(), minDestinations: slowDestinations * u.cfg.MinDestinations,
	}
	if !u.wide(&h) {
		return nil, false
	}
	f := u.finding(&h, "a day")
	f.Quiet = slowQuiet
	f.Sent, f.Since = stats.Whole(sent), v.Now-int64(24*time.Hour)
	return f, true
}

// wide says whether the volume and the number of destinations are both unusual.
func (u *Rule) wide(h *reach) bool {
	return h.sent >= h.limit.Bytes && h.destinations >= h.minDestinations && float64(h.destinations) > h.usual &&
		h.sent >= float64(h.destinations)*float64(u.cfg.MinBytesEach)
}

func (u *Rule) finding(h *reach, span string) *engine.Finding {
	sent := prose.Bytes(stats.Whole(h.sent))
	least := fmt.Sprintf("at least %d", h.minDestinations)
	if h.usual > 0 {
		least += fmt.Sprintf(", and more than %.0f, the most that is usual", h.usual)
	}
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1020"},
			Score:      incident.Score(baseScore, h.sent, h.limit.Bytes),
			Observed:   h.sent,
			Threshold:  h.limit.Bytes,
			Baseline:   h.limit.Usual,
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent %s within %s to about %d destinations that are not customary (%s); %s.",
				sent, span, h.destinations, least, h.limit.Explain(span)),
		},
		Action: fmt.Sprintf("has sent %s within %s", sent, span),
		Reason: fmt.Sprintf("%s or more, spread over %d or more destinations that are not customary, is reported",
			prose.Bytes(stats.Whole(h.limit.Bytes)), h.minDestinations),
		Spread: h.destinations,
	}
}
