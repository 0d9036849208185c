package icmptunnel

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
	// baseScore is that of a volume just above its limit.
	baseScore = 45
	// learningFactor is how many times the floor is the limit while the engine learns.
	learningFactor = 16
	// usualFactor is how many times what was sent while it learned. A day's sum is two
	// thirds of a steady sender's after a day.
	usualFactor = 3
)

// kind is one of the sums that have a limit.
type kind int

const (
	oddHour kind = iota
	oddDay
	ordinaryHour
	kinds
)

// sum is what was sent, and what may be.
type sum struct {
	kind                kind
	horizon             stats.Horizon
	bytes, limit, usual float64
}

// judge compares each sum with its limit, and reports the one furthest above it.
func (t *Rule) judge(v *engine.View, r *flow.Record, p *pings) (*engine.Finding, bool) {
	sums := [kinds]sum{
		{oddHour, stats.Hour, p.odd.Sum(stats.Hour), float64(t.cfg.MinBytes), 0},
		{oddDay, stats.Day, p.odd.Sum(stats.Day), float64(t.cfg.MinDailyBytes), 0},
		{ordinaryHour, stats.Hour, p.ordinary.Sum(stats.Hour), float64(t.cfg.OrdinaryMinBytes), 0},
	}
	worst := &sums[oddHour]
	for i := range sums {
		s := &sums[i]
		p.limit(v, s)
		if s.bytes*worst.limit > worst.bytes*s.limit {
			worst = s
		}
	}
	if worst.bytes < worst.limit || !v.News(worst.bytes) {
		return nil, false
	}
	p.found = true
	return p.finding(v, r, worst), true
}

// limit sets how much may be sent, and learns how much is.
func (p *pings) limit(v *engine.View, s *sum) {
	usual := &p.usual[s.kind]
	switch {
	case v.Learning:
		*usual = max(*usual, float32(s.bytes))
		s.limit *= learningFactor
	case float64(*usual)*usualFactor > s.limit:
		s.usual = float64(*usual)
		s.limit = s.usual * usualFactor
	case *usual == 0 && v.Established(): // who knows what was sent: this is not kept over a restart
		s.limit *= learningFactor
	}
}

func (p *pings) finding(v *engine.View, r *flow.Record, s *sum) *engine.Finding {
	volume := prose.Bytes(int64(s.bytes))
	span := int64(s.horizon.Seconds() * float64(time.Second))
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1048.003", "T1095"},
			Score:      incident.Score(baseScore, s.bytes, s.limit),
			Observed:   s.bytes,
			Threshold:  s.limit,
			Baseline:   s.usual,
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent about %s of ICMP payload in one %s to an outside destination, %s; %s.",
				volume, s.horizon, p.explain(s), explainLimit(v, s)),
		},
		Action: fmt.Sprintf("has sent about %s of ICMP payload in one %s", volume, s.horizon),
		Reason: fmt.Sprintf("%s or more of ICMP payload %s is reported", prose.Bytes(int64(s.limit)), oddness[s.kind]),
		Quiet:  time.Hour,
		Sent:   int64(s.bytes),
		Since:  max(p.since, r.Time-span),
	}
}

// oddness says what makes the payload of a kind worth reporting.
var oddness = [kinds]string{
	oddHour:      "that is no ordinary ping's",
	oddDay:       "that is no ordinary ping's",
	ordinaryHour: "within an hour, however small the packets,",
}

func (p *pings) explain(s *sum) string {
	if s.kind == ordinaryHour {
		return "in packets of ordinary size, but very many"
	}
	text := "in packets that are no ordinary ping's"
	if packets := p.packets.Sum(s.horizon); packets >= 1 {
		text += fmt.Sprintf(": %.0f B each", s.bytes/packets)
	}
	if p.entropy > 0 {
		text += fmt.Sprintf(", up to %.1f bits a byte", p.entropy)
	}
	return text
}

func explainLimit(v *engine.View, s *sum) string {
	limit := prose.Bytes(int64(s.limit))
	switch {
	case v.Learning:
		return fmt.Sprintf("the limit is %s while the engine learns what is usual", limit)
	case s.usual > 0:
		return fmt.Sprintf("while the engine learned it was %s, the limit is %s", prose.Bytes(int64(s.usual)), limit)
	case v.Established():
		return fmt.Sprintf("the destination is customary, the limit is %s", limit)
	default:
		return "the limit is " + limit
	}
}
