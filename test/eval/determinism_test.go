package eval_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// TestCorpus: the corpus can be read, and is as large as was asked for.
func TestCorpus(t *testing.T) {
	benign, attacks := 0, 0
	rules := make(map[string]bool)
	scenarios := load(t)
	for i := range scenarios {
		if scenarios[i].Benign() {
			benign++
			continue
		}
		attacks++
		for _, r := range scenarios[i].Attack.Rules {
			rules[r] = true
		}
		require.GreaterOrEqual(t, len(scenarios[i].Attack.Intensities), 4, scenarios[i].Name)
	}
	require.GreaterOrEqual(t, benign, 40)
	require.GreaterOrEqual(t, attacks, 40)
	require.Len(t, rules, 13, "all rules but those of files and of container changes")
	c := traffic.New(scenarios, traffic.Options{Days: 1, Copies: 1})
	require.GreaterOrEqual(t, len(c.Instances), 300)
	require.Len(t, c.ByKey(), len(c.Instances), "two workloads have one name")
}

// TestSameAlerts: the same cluster gives byte-identical alerts, again and on any
// number of cores.
func TestSameAlerts(t *testing.T) {
	first, second := transcript(t), transcript(t)
	require.NotEmpty(t, first)
	require.True(t, bytes.Equal(first, second), "the same records gave other alerts")
	sharded := transcript(t, arena.Section{Name: "shards", YAML: "shards: 3"})
	require.True(t, bytes.Equal(first, sharded), "on three cores the same records gave other alerts")
}

// transcript is all alerts of a small cluster's first day, as they are encoded.
func transcript(t *testing.T, sections ...arena.Section) []byte {
	var scenarios []corpus.Scenario
	for _, s := range load(t) {
		switch {
		case s.Benign():
			s.Copies = 1
		case s.Attack.Start.From > 0:
			continue
		}
		scenarios = append(scenarios, s)
	}
	cluster := traffic.New(scenarios, traffic.Options{Days: 1, Copies: 1, Victims: 1})
	return run(t, cluster, append(sections, indicators(t))...).Transcript
}

// run plays the cluster in a bubble whose clock is later than the records, and
// stands still: nothing depends on this machine's speed.
func run(t *testing.T, c *traffic.Cluster, sections ...arena.Section) (o *arena.Outcome) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(traffic.Start.AddDate(0, 0, c.Days+1)))
		var err error
		o, err = arena.Run(t.Context(), c, sections...)
		require.NoError(t, err)
		if len(o.Unknown) > 0 {
			t.Logf("The processor does not know %v: left out", o.Unknown)
		}
	})
	return o
}
