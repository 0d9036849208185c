package exfilprocessor

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/tools/txtar"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

func foreignProcessor(t *testing.T, sink *consumertest.LogsSink) (*exfil, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.InfoLevel)
	set := processortest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	p, err := newProcessor(set, learned(), sink)
	require.NoError(t, err)
	p.now = func() time.Time { return scenario.Base }
	return p, logs
}

func takeForeign(t *testing.T, p *exfil, lines ...map[string]any) {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("host.name", "sensor-1")
	rl.Resource().Attributes().PutStr("k8s.pod.name", "the-sensor-itself")
	rl.Resource().Attributes().PutStr("k8s.cluster.name", "east")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for _, line := range lines {
		require.NoError(t, records.AppendEmpty().Attributes().FromRaw(line))
	}
	_, err := p.process(context.Background(), ld)
	require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData)
}

// The log names a product's first bad record once, without what is secret in it.
func TestBadRecordsAreSaidOnce(t *testing.T) {
	p, logs := foreignProcessor(t, new(consumertest.LogsSink))
	bad := map[string]any{"uid": "C1", "id.orig_h": "10.88.0.5", "id.resp_h": "nowhere", "proto": "tcp", "conn_state": "SF",
		"password": "hunter2", "uri": "http://bob:hunter2@drop.example/"}
	takeForeign(t, p, bad, bad)
	takeForeign(t, p, bad)
	said := logs.FilterLevelExact(zapcore.WarnLevel).All()
	require.Len(t, said, 1)
	fields := said[0].ContextMap()
	require.Equal(t, "zeek", fields["dialect"])
	require.Contains(t, fields["error"], "id.resp_h: not an IP address")
	require.Contains(t, fields["record"], "10.88.0.5")
	require.NotContains(t, fields["record"], "hunter2")
	require.LessOrEqual(t, len(fields["record"].(string)), maxExcerpt)
}

// An alert is about the workload that the record told, and not about the sensor that
// wrote it.
func TestTheAlertIsAboutTheToldWorkload(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := foreignProcessor(t, sink)
	flowOf := func(source, destination string, bytes int) map[string]any {
		ms := scenario.Base.UnixMilli()
		return map[string]any{
			"SrcAddr": source, "DstAddr": destination, "SrcPort": 40000, "DstPort": 443, "Proto": 6, "Bytes": bytes, "Packets": bytes / 1000,
			"TimeFlowStartMs": ms - 5000, "TimeFlowEndMs": ms, "FlowDirection": 1,
			"SrcK8S_Type": "Pod", "SrcK8S_Name": "web-1", "SrcK8S_Namespace": "shop", "SrcK8S_OwnerType": "Deployment", "SrcK8S_OwnerName": "web",
			"SrcK8S_HostName": "node-1",
		}
	}
	takeForeign(t, p, flowOf("10.0.0.5", "203.0.113.9", 50<<20))
	require.Len(t, sink.AllLogs(), 1)
	require.Equal(t, map[string]any{
		"k8s.cluster.name": "east", "k8s.namespace.name": "shop", "k8s.deployment.name": "web", "k8s.pod.name": "web-1", "k8s.node.name": "node-1",
	}, sink.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().AsRaw())
}

func TestNoDialects(t *testing.T) {
	cfg := learned()
	cfg.Dialects = []string{}
	require.NoError(t, cfg.Validate())
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.Nil(t, p.foreign)
	cfg.Dialects = []string{"zek"}
	require.ErrorContains(t, cfg.Validate(), `dialects: no product "zek"; there are zeek, suricata`)
}

// However other products' records are cut into batches, and into how many shards the
// workloads are divided, the alerts are the same.
func TestForeignBatchesAndShards(t *testing.T) {
	for _, file := range []string{"zeek", "suricata", "netflow_halves", "workloads"} {
		archive, err := txtar.ParseFile("testdata/" + file + ".txtar")
		require.NoError(t, err)
		config, records := archive.Files[0].Data, string(archive.Files[1].Data)
		want, _ := play(t, config, records)
		single, _ := play(t, config, strings.ReplaceAll(records, "\n", "\n\n"))
		require.Equal(t, withoutPassed(want), withoutPassed(single), file)
		sharded, _ := play(t, append([]byte("shards: 3\n"), config...), records)
		require.Equal(t, withoutPassed(want), withoutPassed(sharded), file)
	}
}

// withoutPassed leaves out what passed: alerts follow the batch that they come of.
func withoutPassed(text string) (alerts string) {
	for line := range strings.Lines(text) {
		if !strings.Contains(line, " passed ") {
			alerts += line
		}
	}
	return alerts
}

// The dialects' README lists the rules that each product cannot feed.
func TestReadmeNamesTheBlindRules(t *testing.T) {
	text, err := os.ReadFile("../../internal/flow/dialect/README.md")
	require.NoError(t, err)
	p, _ := foreignProcessor(t, new(consumertest.LogsSink))
	for _, product := range dialect.Products() {
		var blind, others []string
		for _, rule := range p.foreign.rules {
			name := "`" + rule.Name + "`"
			if dialect.Gives(product).Lacks(rule.Needs) != 0 {
				blind = append(blind, name)
			} else {
				others = append(others, name)
			}
		}
		cell := " | " + strings.Join(blind, ", ") + " |"
		if len(others) < len(blind) {
			cell = " | all but " + strings.Join(others, ", ") + " |"
		}
		row := regexp.MustCompile("(?m)^\\| `" + product + "` \\|.*$").Find(text)
		require.Contains(t, string(row), cell, product)
	}
}

// BenchmarkForeign is the cost of a connection in Zeek's conn.log.
func BenchmarkForeign(b *testing.B) {
	cfg := learned()
	cfg.Flows = Keep
	cfg.Networks.Containers = []string{"172.17.0.0/16"}
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(b, err)
	p.now = func() time.Time { return scenario.Base }
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	const batch = 1000
	for i := range batch {
		require.NoError(b, records.AppendEmpty().Attributes().FromRaw(map[string]any{
			"ts": float64(scenario.Base.Unix()), "uid": fmt.Sprintf("C%d", i), "id.orig_h": fmt.Sprintf("172.17.0.%d", i%20), "id.orig_p": 40000.0,
			"id.resp_h": fmt.Sprintf("203.0.113.%d", i%200), "id.resp_p": 443.0, "proto": "tcp", "service": "ssl", "duration": 0.5,
			"orig_bytes": 900.0, "resp_bytes": 5000.0, "conn_state": "SF", "local_orig": true, "missed_bytes": 0.0, "history": "ShADadFf",
			"orig_pkts": 9.0, "orig_ip_bytes": 1300.0, "resp_pkts": 9.0, "resp_ip_bytes": 5500.0,
		}))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		for j, lr := range records.All() { // a connection is counted once
			lr.Attributes().PutStr("uid", fmt.Sprintf("C%d.%d", i, j))
		}
		b.StartTimer()
		_, err := p.process(context.Background(), ld)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/record")
}
