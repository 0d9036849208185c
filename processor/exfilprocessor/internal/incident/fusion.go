package incident

import (
	"math"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

// halfLife is how long it takes for a finding's weight to halve, event time in ns.
const halfLife = float64(24 * 3600 * 1e9)

// certainty bounds a score, since the log-odds of 100 are infinite.
const certainty = 0.999

// weight is what a finding adds to the log-odds of an incident, in nats, if it is
// alone: so much that the incident's score is then the finding's own.
func weight(score float64) float64 {
	if !(score > 0) {
		return 0
	}
	return max(logOdds(min(score/100, certainty))-alert.Prior, 0)
}

func logOdds(p float64) float64 { return math.Log(p / (1 - p)) }

// fuse weighs the findings as they stand at a time, and returns their score: the
// log-odds of the prior and of the heaviest finding of each family are added. A
// lighter one of the same family says the same thing again, and weighs nothing.
func fuse(findings []alert.Finding, now int64) float64 {
	sum := alert.Prior
	for i := range findings {
		f := &findings[i]
		f.Weight = weight(f.Score) * math.Exp2(-float64(max(now-f.Time, 0))/halfLife)
		for j := range findings[:i] {
			other := &findings[j]
			if other.Rule.Family != f.Rule.Family {
				continue
			}
			if other.Weight >= f.Weight {
				f.Weight = 0
				break
			}
			sum -= other.Weight
			other.Weight = 0
		}
		sum += f.Weight
	}
	return clamp(100 / (1 + math.Exp(-sum)))
}
