package incident

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

const hour = int64(3600 * 1e9)

func evidence(family alert.Family, score float64, at int64) alert.Finding {
	return alert.Finding{Rule: &alert.Rule{Name: string(family), Family: family}, Score: score, Time: at}
}

func TestFuse(t *testing.T) {
	for name, test := range map[string]struct {
		findings []alert.Finding
		now      int64
		want     float64
	}{
		"one is worth its own score":  {[]alert.Finding{evidence(alert.Volume, 55, 0)}, 0, 55},
		"nearly certain":              {[]alert.Finding{evidence(alert.Volume, 100, 0)}, 0, 99.9},
		"two weak ones add up":        {[]alert.Finding{evidence(alert.Volume, 30, 0), evidence(alert.Novelty, 20, 0)}, 0, 49.1},
		"the same family does not":    {[]alert.Finding{evidence(alert.Volume, 30, 0), evidence(alert.Volume, 30, 0)}, 0, 30},
		"the stronger one counts":     {[]alert.Finding{evidence(alert.Volume, 20, 0), evidence(alert.Volume, 60, 0)}, 0, 60},
		"the prior says nothing":      {[]alert.Finding{evidence(alert.Volume, 60, 0), evidence(alert.Pattern, 10, 0)}, 0, 60},
		"three families":              {[]alert.Finding{evidence(alert.Volume, 30, 0), evidence(alert.Pattern, 30, 0), evidence(alert.Novelty, 30, 0)}, 0, 86.4},
		"halved after a day":          {[]alert.Finding{evidence(alert.Volume, 50, 0)}, 24 * hour, 25},
		"an old one gives way":        {[]alert.Finding{evidence(alert.Volume, 50, 0), evidence(alert.Volume, 45, 48*hour)}, 48 * hour, 45},
		"no score":                    {[]alert.Finding{evidence(alert.Volume, 0, 0)}, 0, 10},
		"a finding from the future":   {[]alert.Finding{evidence(alert.Volume, 50, hour)}, 0, 50},
		"a score that is not a score": {[]alert.Finding{evidence(alert.Volume, math.NaN(), 0)}, 0, 10},
	} {
		t.Run(name, func(t *testing.T) {
			require.InDelta(t, test.want, fuse(test.findings, test.now), 0.05)
		})
	}
}

// What the evidence says is enough to work the score out again.
func TestTheScoreCanBeChecked(t *testing.T) {
	i := started()
	for n, family := range []alert.Family{alert.Volume, alert.Volume, alert.Pattern, alert.Novelty} {
		rule := alert.Rule{Name: string(rune('a' + n)), Family: family}
		i.Find(finding(&rule, float64(20+5*n), "T1"))
	}
	a := i.Say(alert.Open, 0, 0)
	sum := alert.Prior
	for _, f := range a.Evidence {
		sum += f.Weight
	}
	require.InDelta(t, 100/(1+math.Exp(-sum)), a.Score, 0.05)
}

func FuzzFuse(f *testing.F) {
	f.Add(40.0, 30.0, int64(0), 5.0)
	f.Fuzz(func(t *testing.T, one, other float64, age int64, more float64) {
		if math.IsNaN(one) || math.IsNaN(other) || !(more >= 0) {
			return
		}
		score := func(one float64) float64 {
			return fuse([]alert.Finding{evidence(alert.Volume, one, 0), evidence(alert.Pattern, other, 0)}, age)
		}
		low, high := score(one), score(one+more)
		require.False(t, math.IsNaN(low) || math.IsInf(low, 0))
		require.GreaterOrEqual(t, low, 0.0)
		require.LessOrEqual(t, low, 100.0)
		require.GreaterOrEqual(t, high, low, "a stronger finding makes a higher score")
	})
}
