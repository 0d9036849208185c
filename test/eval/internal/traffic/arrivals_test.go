package traffic

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

func mustPrefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

// starts is when a flow with these times begins its connections.
func starts(t *testing.T, days int, times string) []time.Duration {
	s := workload(t, "connect x to=y via=tls:443 "+times)
	a := newArrivals(&s[0].Flows[0].Times, newDice("test"), pace{rate: 1, intensity: 1})
	var all []time.Duration
	for a.next < time.Duration(days)*corpus.Day {
		all = append(all, a.next)
		a.step()
	}
	return all
}

func TestMeanRate(t *testing.T) {
	for _, times := range []string{"every=5m", "every=5m swing=0.9", "every=5m jitter=0.3"} {
		assert.InDelta(t, 14*288, len(starts(t, 14, times)), 200, times)
	}
	assert.InDelta(t, (10+4*0.5)*288, len(starts(t, 14, "every=5m weekend=0.5")), 200)
}

func TestTimer(t *testing.T) {
	all := starts(t, 3, "every=1h jitter=0.3")
	for i := 1; i < len(all); i++ {
		assert.InDelta(t, time.Hour, all[i]-all[i-1], float64(18*time.Minute)+1)
	}
	exact := starts(t, 3, "every=1h jitter=0")
	assert.Equal(t, time.Hour, exact[1]-exact[0])
}

func TestHoursAndDays(t *testing.T) {
	for _, at := range starts(t, 14, "every=20m hours=22-6 days=mon-fri") {
		hour := at % corpus.Day / time.Hour
		assert.True(t, hour >= 22 || hour < 6, at)
		assert.Less(t, int(at/corpus.Day)%7, 5)
	}
	for _, at := range starts(t, 14, "every=20m on=d3,d9") {
		assert.Contains(t, []int{3, 9}, int(at/corpus.Day))
	}
	for _, at := range starts(t, 14, "every=20m from=d3T12:00 until=d4") {
		assert.True(t, at >= 84*time.Hour && at < 96*time.Hour)
	}
}

func TestTimesOfDay(t *testing.T) {
	all := starts(t, 2, "at=14:00,02:30 count=2 every=5m")
	want := []time.Duration{150 * time.Minute, 155 * time.Minute, 14 * time.Hour, 14*time.Hour + 5*time.Minute}
	require.Len(t, all, 8)
	assert.Equal(t, want, all[:4])
}

func TestCount(t *testing.T) {
	assert.Len(t, starts(t, 14, "every=1m count=7"), 7)
}

// What an outage holds back is sent after it, and nothing is lost.
func TestOutage(t *testing.T) {
	all := starts(t, 1, "every=1m jitter=0 outage=d0T10:00+2h")
	assert.InDelta(t, 1440, len(all), 1)
	after := 0
	for _, at := range all {
		assert.False(t, at >= 10*time.Hour && at < 12*time.Hour, at)
		if at >= 12*time.Hour && at < 12*time.Hour+time.Minute {
			after++
		}
	}
	assert.InDelta(t, 120, after, 2)
}

// A stream's reports carry what moved since the last one, however long that was.
func TestStreamCarriesWhatWaited(t *testing.T) {
	const line = "stream x to=y.example via=tls:443 every=5m send=300KiB recv=x0.5"
	for _, outage := range []string{"", " outage=d0T10:00+3h"} {
		var sent, received, most int64
		all := told(t, 2, workload(t, line+outage))
		for i := range all {
			sent += all[i].Record.Bytes
			received += all[i].Record.ReverseBytes
			most = max(most, all[i].Record.Bytes)
		}
		assert.InDelta(t, 2*288*300<<10, sent, 3*300<<10, outage)
		assert.InDelta(t, sent/2, received, float64(len(all)))
		assert.Equal(t, outage != "", most > 30*300<<10, "what waited goes at once")
		assert.InDelta(t, 2*288, len(all), 40)
	}
}
