package dnstunnel

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
	// baseScore is that of information just above the limit: medium.
	baseScore = 50
	// learningFactor is how many times the floor is the limit while the engine learns.
	learningFactor = 16
	// usualFactor is how many times what was carried while it learned. A day's sum is
	// two thirds of a steady sender's after a day.
	usualFactor = 3
	// leastNew of the information counts, however many of its names came again.
	leastNew = 0.25
	// manyAnswers is how many bytes an hour in answers that carry data halve the
	// limit; so do manyOdd questions that only tunnels ask.
	manyAnswers = 64 << 10
	manyOdd     = 16
)

// sum is what was carried over a horizon, and what may be.
type sum struct {
	horizon             stats.Horizon
	bytes, limit, usual float64
}

// judge compares what was carried with the limits, by the hour and by the day.
func (t *Rule) judge(v *engine.View, r *flow.Record, c *carried) (engine.Finding, bool) {
	hour := sum{horizon: stats.Hour, bytes: carriedBy(&c.hour), limit: float64(t.cfg.MinBytes)}
	day := sum{horizon: stats.Day, bytes: carriedBy(&c.day), limit: float64(t.cfg.MinDailyBytes)}
	t.limit(v, c, &hour, &c.usual[0])
	t.limit(v, c, &day, &c.usual[1])
	worst := hour
	if day.bytes/day.limit > hour.bytes/hour.limit {
		worst = day
	}
	if worst.bytes < worst.limit || !v.News(worst.bytes) {
		return engine.Finding{}, false
	}
	c.found = true
	return t.finding(v, r, c, &worst), true
}

// carriedBy is the information in distinct names, less where many of them came again:
// whoever asks for a name a second time, minutes later, wants its answer. As most of
// a popular service's names come again only later, each of those that did stands for
// another one.
func carriedBy(d *stats.Distinct) float64 {
	return d.Sum() * max(1-2*d.Again(), leastNew)
}

// limit sets how much may be carried, and learns how much is.
func (t *Rule) limit(v *engine.View, c *carried, s *sum, usual *float32) {
	switch {
	case v.Learning:
		*usual = max(*usual, float32(s.bytes))
		s.limit *= learningFactor
	case float64(*usual)*usualFactor > s.limit:
		s.usual = float64(*usual)
		s.limit = s.usual * usualFactor
	case c.answersData():
		s.limit /= 2
	}
}

func (c *carried) answersData() bool {
	return c.odd >= manyOdd || c.answers.Sum(stats.Hour) >= manyAnswers
}

func (t *Rule) finding(v *engine.View, r *flow.Record, c *carried, s *sum) engine.Finding {
	carries := prose.Bytes(int64(s.bytes))
	span := int64(s.horizon.Seconds() * float64(time.Second))
	return engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1048.003", "T1071.004"},
			Score:      incident.Score(baseScore, s.bytes, s.limit),
			Observed:   s.bytes,
			Threshold:  s.limit,
			Baseline:   s.usual,
			Unit:       "By",
			Sentence: fmt.Sprintf("The distinct names under %s that it asked for can carry about %s in one %s, the latest %d B in %d characters of a question of type %s; %s.",
				prose.Name(engine.Registered(r.DNS.QuestionName)), carries, s.horizon,
				int(information(c.below(r.DNS.QuestionName))), len(c.below(r.DNS.QuestionName)), prose.Name(r.DNS.QuestionType), c.explain(v, s)),
		},
		Action: fmt.Sprintf("has sent about %s in the names of DNS questions", carries),
		Reason: fmt.Sprintf("names under one domain that can carry %s or more in one %s are reported", prose.Bytes(int64(s.limit)), s.horizon),
		Quiet:  time.Duration(span),
		Sent:   int64(s.bytes),
		Since:  max(c.since, r.Time-span),
	}
}

// explain says what the limit rests on.
func (c *carried) explain(v *engine.View, s *sum) string {
	limit := prose.Bytes(int64(s.limit))
	switch {
	case v.Learning:
		return fmt.Sprintf("the limit is %s while the engine learns what is usual", limit)
	case s.usual > 0:
		return fmt.Sprintf("while the engine learned it was %s, the limit is %s", prose.Bytes(int64(s.usual)), limit)
	case c.answersData():
		return fmt.Sprintf("the limit is %s, half the ordinary one, as the answers carry data too", limit)
	default:
		return "the limit is " + limit
	}
}
