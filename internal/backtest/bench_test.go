package backtest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRun is a backtest from end to end: 100,000 ordinary records of 20
// attributes, by form and by number of configurations.
func BenchmarkRun(b *testing.B) {
	const requests = 1000
	records := busy(requests)
	for name, data := range map[string][]byte{"json": lines(b, records...), "proto": frames(b, records...)} {
		for _, sides := range []string{"run", "against"} {
			b.Run(name+"/"+sides, func(b *testing.B) {
				configs := []Config{{Name: "a", Processor: load(b, "")}}
				if sides == "against" {
					configs = append(configs, Config{Name: "b", Processor: load(b, "quiet_period: 1m")})
				}
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					r, err := Run(context.Background(), stream(data), configs)
					require.NoError(b, err)
					require.Equal(b, int64(requests*100), r.Read.Records)
				}
				b.ReportMetric(float64(b.N)*requests*100/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}
