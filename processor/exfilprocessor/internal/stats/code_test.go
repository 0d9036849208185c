package stats

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// coded is a statistic that is kept.
type coded interface{ Code(*state.Coder) }

// What comes back goes on as if nothing had been.
func TestStatisticsComeBack(t *testing.T) {
	pace := Pace{Bins: 100, Start: 1 << 20}
	var (
		baseline Baseline
		beats    Beats
		known    Known
		ledger   Ledger
		shift    Shift
		sizes    Sizes
		spread   Spread
	)
	for i := range uint32(20) {
		baseline.Add(i, int64(1000*i), &pace)
		beats.Add(3600*i, 1<<20)
		known.See(i, 1000+i, false, new(uint8))
		ledger.Add(int64(600*i), int64(i))
		shift.Add(2)
		sizes.Add(1e6+float64(i), 20_000)
		spread.Add(uint64(i) * 0x9E3779B97F4A7C15)
	}
	tests := map[string]struct{ kept, fresh coded }{
		"baseline": {&baseline, new(Baseline)},
		"beats":    {&beats, new(Beats)},
		"known":    {&known, new(Known)},
		"ledger":   {&ledger, new(Ledger)},
		"shift":    {&shift, new(Shift)},
		"sizes":    {&sizes, new(Sizes)},
		"spread":   {&spread, new(Spread)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := state.Writer(nil)
			test.kept.Code(w)
			r := state.Reader(w.Bytes())
			test.fresh.Code(r)
			require.NoError(t, r.Err())
			require.False(t, r.More())
			require.Equal(t, test.kept, test.fresh)
		})
	}
}
