package arena

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

func cluster(t *testing.T, text string) *traffic.Cluster {
	scenarios, err := corpus.Load(fstest.MapFS{"x.txt": {Data: []byte(text)}})
	require.NoError(t, err)
	return traffic.New(scenarios, traffic.Options{Days: 1, Copies: 1, Victims: 1})
}

func TestConfigure(t *testing.T) {
	factory := exfilprocessor.NewFactory()
	cfg, unknown, err := configure(factory, []Section{
		{Name: "known", YAML: "window: 20m"},
		{Name: "not yet", YAML: "crystal_ball: {colour: blue}"},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"not yet"}, unknown)
	assert.Equal(t, 20*time.Minute, cfg.(*exfilprocessor.Config).Window)

	_, _, err = configure(factory, []Section{{Name: "wrong", YAML: "window: 1ms"}})
	require.ErrorContains(t, err, "window")
}

func TestAllowances(t *testing.T) {
	c := cluster(t, `
benign w
  workload deployment n/w image=i
  copies 2
  connect a to=x.example via=tls:443 every=1h send=1KiB
  allow {reason: "r", workload: {name: "{name}"}, destination: {domains: ["d{copy}.example"]}}
`)
	s, err := Allowances(c)
	require.NoError(t, err)
	assert.Contains(t, s.YAML, `  - {reason: "r", workload: {name: "w-2"}, destination: {domains: ["d2.example"]}}`)
	_, unknown, err := configure(exfilprocessor.NewFactory(), []Section{s})
	require.NoError(t, err)
	assert.Empty(t, unknown)
}

// What was gone by a time is counted within a batch as well.
func TestLedger(t *testing.T) {
	o := &Outcome{Cluster: cluster(t, ""), Attacks: make(map[*traffic.Instance]*Ledger)}
	s, who := newSink(o), &traffic.Instance{}
	s.begin(&batch{gone: []loss{{who, 1, 1, 10}, {who, 1, 2, 10}, {who, 1, 3, 10}}})
	l := o.Attacks[who]
	assert.EqualValues(t, 20, l.at(2))
	s.begin(&batch{gone: []loss{{who, 1, 4, 5}}})
	assert.EqualValues(t, 30, l.at(3))
	assert.EqualValues(t, 35, l.at(4))
	assert.EqualValues(t, 35, l.Bytes)
	assert.EqualValues(t, 4, l.Last)
}

func TestBatchKeepsContainersTogether(t *testing.T) {
	b := newBatch()
	one, two := &traffic.Replica{}, &traffic.Replica{}
	for n, r := range []*traffic.Replica{one, two, one} {
		e := &traffic.Event{Replica: r}
		e.Record.Time = int64(n) + 1
		b.add(e)
	}
	assert.Equal(t, 2, b.logs.ResourceLogs().Len())
	assert.Equal(t, 3, b.logs.LogRecordCount())
	assert.False(t, b.full(batchSpan))
	assert.True(t, b.full(batchSpan+1))
}
