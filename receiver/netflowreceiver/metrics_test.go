package netflowreceiver

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// sums are the values of a counter's series.
func sums(t *testing.T, data metricdata.Aggregation) (values []int64) {
	sum, ok := data.(metricdata.Sum[int64])
	require.True(t, ok)
	for _, point := range sum.DataPoints {
		values = append(values, point.Value)
	}
	return values
}
