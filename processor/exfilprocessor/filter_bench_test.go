package exfilprocessor

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/filterprocessor"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// conditions are five by which somebody might drop flow records: name look-ups,
// names and addresses inside, connections that carried nothing, system namespaces.
// None of the benchmark's records meets one, so that all five are tried.
var conditions = []any{
	`attributes["network.transport"] == "udp" and attributes["destination.port"] == 53`,
	`IsMatch(attributes["server.address"], "(^|\\.)(corp|internal)\\.example$")`,
	`IsMatch(attributes["destination.address"], "^(10|192\\.168)\\.")`,
	`attributes["flow.io.bytes"] < 100 and attributes["flow.reverse.io.bytes"] < 100`,
	`IsMatch(resource.attributes["k8s.namespace.name"], "^kube-")`,
}

// BenchmarkAgainstFilter compares, batch by batch, the CPU time of this processor,
// every rule on, with that of contrib's filter processor over the same records. The
// ratio is of medians.
func BenchmarkAgainstFilter(b *testing.B) {
	for _, tracked := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprintf("destinations=%d", tracked), func(b *testing.B) { compare(b, tracked) })
	}
}

func compare(b *testing.B, tracked int) {
	ours, theirs := benchExfil(b, tracked), benchFilter(b)
	batches := make([]plog.Logs, benchBatches)
	for i := range batches {
		batches[i] = benchBatch(i, tracked/benchContainers)
	}
	var exfilTimes, filterTimes []float64
	b.ResetTimer()
	for range b.N {
		exfilTimes = append(exfilTimes, cpuOf(b, ours, batches))
		filterTimes = append(filterTimes, cpuOf(b, theirs, batches))
	}
	exfilTime, filterTime := median(exfilTimes), median(filterTimes)
	b.ReportMetric(exfilTime, "exfil-cpu-ns/record")
	b.ReportMetric(filterTime, "filter-cpu-ns/record")
	b.ReportMetric(exfilTime/filterTime, "exfil/filter")
}

// cpuOf is how many ns of CPU a record takes.
func cpuOf(b *testing.B, p processor.Logs, batches []plog.Logs) float64 {
	before := cpuSeconds(b)
	for _, ld := range batches {
		if err := p.ConsumeLogs(context.Background(), ld); err != nil {
			b.Fatal(err)
		}
	}
	return (cpuSeconds(b) - before) * 1e9 / float64(len(batches)*benchContainers*benchRecords)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func benchExfil(b *testing.B, tracked int) processor.Logs {
	cfg := learned()
	cfg.Flows = Keep
	cfg.Limits.Destinations = 2_000_000
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(b, err)
	p.now = func() time.Time { return scenario.Base }
	track(p, tracked/benchContainers)
	return direct{p: p}
}

// direct is the processor without the helper around it, which filter has: the
// records pass to a consumer that does nothing.
type direct struct {
	processor.Logs
	p *exfil
}

func (d direct) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	_, err := d.p.process(ctx, ld)
	return err
}

func benchFilter(b *testing.B) processor.Logs {
	factory := filterprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig()
	conf := confmap.NewFromStringMap(map[string]any{"logs": map[string]any{"log_record": conditions}})
	require.NoError(b, conf.Unmarshal(cfg))
	var next consumer.Logs = consumertest.NewNop()
	p, err := factory.CreateLogs(context.Background(), processortest.NewNopSettings(factory.Type()), cfg, next)
	require.NoError(b, err)
	return p
}
