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
	// leastNew of the information counts, however many of its names came again.
	leastNew = 0.25
	// manyAnswers is how many bytes an hour in answers that carry data halve the
	// limit; so do manyOdd questions that only tunnels ask.
	manyAnswers = 64 << 10
	manyOdd     = 16
	// mostQuiet is how long a slow tunnel may pause before its incident is over.
	mostQuiet = 6 * time.Hour
)

// sum is what was carried over a horizon, and what may be.
type sum struct {
	horizon      stats.Horizon
	bytes, limit float64
}

// judge compares what was carried with the limits, by the hour and by the day.
func (t *Rule) judge(v *engine.View, r *flow.Record, c *carried) (*engine.Finding, bool) {
	factor := c.factor(v)
	hour := sum{stats.Hour, carriedBy(&c.hour), float64(t.cfg.MinBytes) * factor}
	day := sum{stats.Day, carriedBy(&c.day), float64(t.cfg.MinDailyBytes) * factor}
	worst := &hour
	if day.bytes*hour.limit > hour.bytes*day.limit {
		worst = &day
	}
	if worst.bytes < worst.limit || isUsual(v) || !v.News(worst.bytes) {
		return nil, false
	}
	c.found = true
	return t.finding(v, r, c, worst), true
}

// factor is how many times the ordinary limits are those that hold.
func (c *carried) factor(v *engine.View) float64 {
	switch {
	case v.Learning:
		return learningFactor
	case c.answersData():
		return 0.5
	default:
		return 1
	}
}

// isUsual says whether it is customary to ask about the domain, and no more is asked
// than usual: who scans mail all day may go on to.
func isUsual(v *engine.View) bool {
	return v.Established() &&
		v.Ledger().Sum(stats.Day) <= v.Daily().Limit() && float64(v.Volume().Sent) <= v.Bulk().Limit()
}

// carriedBy is the information in distinct names, less where many of them came again:
// whoever asks for a name a second time, minutes later, wants its answer. As most of
// a popular service's names come again only later, each of those that did stands for
// another one.
func carriedBy(d *stats.Distinct) float64 {
	return d.Sum() * max(1-2*d.Again(), leastNew)
}

func (c *carried) answersData() bool {
	return c.odd >= manyOdd || c.answers.Sum(stats.Hour) >= manyAnswers
}

func (t *Rule) finding(v *engine.View, r *flow.Record, c *carried, s *sum) *engine.Finding {
	carries := prose.Bytes(int64(s.bytes))
	span := int64(s.horizon.Seconds() * float64(time.Second))
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1048.003", "T1071.004"},
			Score:      incident.Score(baseScore, s.bytes, s.limit),
			Observed:   s.bytes,
			Threshold:  s.limit,
			Unit:       "By",
			Sentence: fmt.Sprintf("The distinct names under %s that it asked for can carry about %s in one %s, the latest %d B in %d characters of a question of type %s; %s.",
				prose.Name(engine.Registered(r.DNS.QuestionName)), carries, s.horizon,
				int(information(c.below(r.DNS.QuestionName))), len(c.below(r.DNS.QuestionName)), prose.Name(r.DNS.QuestionType), c.explain(v, s)),
		},
		Action: fmt.Sprintf("has sent about %s in the names of DNS questions", carries),
		Reason: fmt.Sprintf("names under one domain that can carry %s or more in one %s are reported", prose.Bytes(int64(s.limit)), s.horizon),
		Quiet:  min(time.Duration(span), mostQuiet),
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
	case v.Established():
		return fmt.Sprintf("the limit is %s, and more is asked than is usual there", limit)
	case c.answersData():
		return fmt.Sprintf("the limit is %s, half the ordinary one, as the answers carry data too", limit)
	default:
		return "the limit is " + limit
	}
}
