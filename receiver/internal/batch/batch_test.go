package batch

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// put adds a record of a container, which begins where it has not.
func put(b *Batch[string], container string, lost int64) {
	if !b.Begun(container) {
		b.Begin(container, &flow.Resource{Container: container}, lost)
	}
	b.Add(container, &flow.Record{Transport: "tcp"})
}

// losses is what a batch's records tell of loss, by container and in order.
func losses(t *testing.T, b *Batch[string], answer error) map[string][]int64 {
	told := map[string][]int64{}
	err := b.Send(func(logs plog.Logs, n int) error {
		assert.Equal(t, logs.LogRecordCount(), n)
		for _, rl := range logs.ResourceLogs().All() {
			var who flow.Resource
			who.Decode(rl.Resource())
			assert.Equal(t, "scope", rl.ScopeLogs().At(0).Scope().Name())
			for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
				lost, _ := lr.Attributes().Get("flow.observer.lost")
				told[who.Container] = append(told[who.Container], lost.Int())
			}
		}
		return answer
	})
	require.ErrorIs(t, err, answer)
	return told
}

// Each container hears once of what was lost, and again where nobody took it.
func TestEachContainerHearsOfTheLoss(t *testing.T) {
	b := New[string]("scope")
	refused := errors.New("refused")
	put(b, "a", 3)
	put(b, "a", 3)
	put(b, "b", 4)
	assert.Equal(t, map[string][]int64{"a": {3, 0}, "b": {4}}, losses(t, b, nil))
	put(b, "a", 5)
	assert.Equal(t, map[string][]int64{"a": {2}}, losses(t, b, refused))
	put(b, "a", 6)
	put(b, "b", 6)
	assert.Equal(t, map[string][]int64{"a": {3}, "b": {2}}, losses(t, b, nil))
}

func TestAnEmptyBatchIsNotSent(t *testing.T) {
	b := New[string]("scope")
	require.NoError(t, b.Send(func(plog.Logs, int) error { return errors.New("nothing to send") }))
	for range most {
		assert.False(t, b.Full())
		put(b, "a", 0)
	}
	assert.True(t, b.Full())
}

// Past the bound everybody is told anew: more than once rather than not at all.
func TestToldIsBounded(t *testing.T) {
	var x told[int]
	for i := range mostContainers + 1 {
		assert.EqualValues(t, 7, x.news(i, 7))
		x.said()
	}
	assert.LessOrEqual(t, len(x.heard), mostContainers)
	assert.EqualValues(t, 7, x.news(0, 7))
}
