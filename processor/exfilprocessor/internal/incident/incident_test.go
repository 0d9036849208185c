package incident

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

var (
	one = alert.Rule{Name: "one"}
	two = alert.Rule{Name: "two"}
)

func started() *Incident {
	return New(Start{
		Workload: "w", Subject: "Container web", Peer: netip.MustParseAddr("203.0.113.9"),
		First: 1000, Last: 2000, Bytes: 100, Lost: 5,
	})
}

func finding(rule *alert.Rule, score float64, technique string) *Finding {
	return &Finding{
		Finding: alert.Finding{Rule: rule, Score: score, Techniques: []string{technique}, Observed: 50, Unit: "By"},
		Action:  "is uploading", Reason: "because of " + rule.Name, Protocol: "http", Port: 80,
	}
}

func TestTheStrongestFindingLeads(t *testing.T) {
	i := started()
	i.Find(finding(&one, 55, "T1"))
	i.Find(finding(&two, 75, "T2"))
	i.Find(finding(&one, 40, "T1"))
	a := i.Say(alert.Update, 3000, 7)
	require.Equal(t, alert.High, a.Severity)
	require.InDelta(t, 75.0, a.Score, 0)
	require.Equal(t, []string{"T1", "T2"}, a.Techniques)
	require.Len(t, a.Evidence, 2, "one a rule")
	require.Equal(t, "two", a.Evidence[0].Rule.Name)
	require.InDelta(t, 40.0, a.Evidence[1].Score, 0, "the latest")
	require.Contains(t, a.Body, "because of two")
	require.EqualValues(t, 2, a.Lost)
}

func TestGrownIsTenfoldOfWhatWasAnnounced(t *testing.T) {
	i := started()
	f := finding(&one, 50, "T1")
	f.Observed = 1000
	i.Find(f)
	i.Say(alert.Open, 2000, 0)
	i.Add(&flow.Record{Time: 2500, Bytes: 9899})
	require.False(t, i.Grown(), "9999 of the 1000 announced")
	i.Add(&flow.Record{Time: 2500, Bytes: 1})
	require.True(t, i.Grown())
	i.Say(alert.Update, 2500, 0)
	require.False(t, i.Grown())
}

func TestTheIDIsStable(t *testing.T) {
	first, again := started().ID(), started().ID()
	require.Equal(t, first, again)
	require.Equal(t, "5", first[14:15], "UUID version 5")
	other := New(Start{Workload: "w", Peer: netip.MustParseAddr("203.0.113.9"), First: 1001})
	require.NotEqual(t, first, other.ID())
}

func TestAlertsDoNotShareLists(t *testing.T) {
	i := started()
	i.Find(finding(&one, 50, "T1"))
	a := i.Say(alert.Open, 2000, 0)
	i.Find(finding(&one, 60, "T1"))
	require.InDelta(t, 50.0, a.Evidence[0].Score, 0)
}

func TestBytesSaturate(t *testing.T) {
	i := started()
	i.Add(&flow.Record{Bytes: math.MaxInt64})
	require.EqualValues(t, math.MaxInt64, i.Say(alert.Closed, 1, 0).Bytes)
}

func FuzzScore(f *testing.F) {
	f.Add(50.0, 2e6, 1e6)
	f.Add(math.NaN(), math.Inf(1), 0.0)
	f.Fuzz(func(t *testing.T, base, observed, threshold float64) {
		score := Score(base, observed, threshold)
		require.False(t, math.IsNaN(score))
		require.GreaterOrEqual(t, score, 0.0)
		require.LessOrEqual(t, score, 100.0)
		if !math.IsNaN(observed) {
			require.GreaterOrEqual(t, Score(base, observed*2, threshold), score*btof(observed >= 0), "more bytes, no lower score")
		}
	})
}

func btof(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestSeverityOf(t *testing.T) {
	for score, want := range map[float64]alert.Severity{
		0: alert.Low, 49.9: alert.Low, 50: alert.Medium, 69.9: alert.Medium, 70: alert.High, 90: alert.Critical, 100: alert.Critical,
	} {
		require.Equal(t, want, SeverityOf(score), "%v", score)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	i := started()
	i.Sender(&flow.Record{Process: flow.Process{CommandLine: strings.Repeat("ü", maxText)}})
	i.Find(finding(&one, 50, "T1"))
	line := i.Say(alert.Open, 1, 0).Process.CommandLine
	require.LessOrEqual(t, len(line), maxText)
	require.True(t, utf8.ValidString(line))
}
