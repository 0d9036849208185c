package backtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/goleak"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// week is two uploads that are over at the end and one that is not, a minute
// apart, with the time moved on in between.
func week() []plog.Logs {
	small := put{workload: "web", to: "backup.example", peer: "203.0.113.10", size: 2 << 20, port: 1}
	large := put{at: time.Minute, workload: "db", to: "paste.example", peer: "203.0.113.20", size: 300 << 20, port: 2}
	last := put{at: 55 * time.Minute, workload: "web", to: "late.example", peer: "198.51.100.7", size: 50 << 20, port: 3}
	return []plog.Logs{small.logs(), large.logs(), idle(20 * time.Minute), idle(40 * time.Minute), last.logs()}
}

func runOne(t *testing.T, yaml string, data []byte) (*Result, []string) {
	var said []string
	r, err := Run(context.Background(), stream(data), []Config{{
		Name: "a", Processor: load(t, yaml),
		Said: func(_ plog.ResourceLogs, workload *flow.Resource, a *alert.Alert) error {
			said = append(said, fmt.Sprintf("%s %s %s", a.Status, workload.Deployment, tell.Rule(a)))
			return nil
		},
	}})
	require.NoError(t, err)
	return r, said
}

func TestRun(t *testing.T) {
	for form, data := range map[string][]byte{"lines": lines(t, week()...), "frames": frames(t, week()...)} {
		t.Run(form, func(t *testing.T) {
			r, said := runOne(t, "", data)
			side := &r.Sides[0]
			require.Subset(t, said, []string{"open web http_upload", "open db http_upload", "closed web http_upload", "closed db http_upload"})
			require.Equal(t, int64(8), r.Read.Records)
			require.Equal(t, int64(8), side.Counters.Sum(metricRead))
			require.Zero(t, side.Counters.Sum(metricRejected))
			require.Len(t, side.Incidents, 3)
			require.Equal(t, []bool{false, false, true}, []bool{side.Incidents[0].Open(), side.Incidents[1].Open(), side.Incidents[2].Open()})
			require.Equal(t, "deployment shop/web", side.Incidents[0].Workload)
			require.Equal(t, "backup.example (203.0.113.10)", side.Incidents[0].Destination())
			require.Greater(t, side.Incidents[1].Score, side.Incidents[0].Score)
			total := side.total()
			require.Equal(t, 3, total.Incidents)
			require.Equal(t, 2, total.Workloads)
			require.Equal(t, 3, total.Destinations)
			require.GreaterOrEqual(t, total.Bytes, int64(302<<20))
		})
	}
}

// The same recording gives the same alerts, in whatever pieces it comes.
func TestRunIsDeterministic(t *testing.T) {
	first, said := runOne(t, "", lines(t, week()...))
	second, again := runOne(t, "", frames(t, week()...))
	require.Equal(t, said, again)
	require.Equal(t, first.Sides, second.Sides)
}

// What cannot be read is counted, and the rest goes on.
func TestRunGoesOn(t *testing.T) {
	all := week()
	data := append(lines(t, all[:2]...), "{\"resourceLogs\":[{\n"...)
	data = append(append(data, lines(t, all[2:]...)...), `{"resourceLogs":[{"resou`...)
	r, _ := runOne(t, "", data)
	require.Len(t, r.Sides[0].Incidents, 3)
	rejected := r.Read.Rejected()
	require.Len(t, rejected, 2)
	require.Equal(t, recording.NotOTLP, rejected[0].Reason)
	require.Equal(t, "records:3", rejected[0].First.String())
	require.Equal(t, recording.Truncated, rejected[1].Reason)
	require.Equal(t, "records:7", rejected[1].First.String())
}

// A record that is no flow passes, and one that says too little is rejected.
func TestRunCountsRecords(t *testing.T) {
	other, broken := idle(time.Minute), idle(time.Minute)
	other.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).SetEventName("other")
	broken.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().Remove("source.address")
	r, _ := runOne(t, "flows: keep", lines(t, idle(0), other, broken))
	require.Equal(t, int64(3), r.Read.Records)
	require.Equal(t, int64(1), r.Sides[0].Counters.Sum(metricRead))
	require.Equal(t, []string{"1 invalid"}, r.Sides[0].rejections())
}

func TestRunStops(t *testing.T) {
	full := errors.New("disk full")
	data := lines(t, week()...)
	_, err := Run(context.Background(), stream(data), []Config{{
		Name: "a", Processor: load(t, ""),
		Said: func(plog.ResourceLogs, *flow.Resource, *alert.Alert) error { return full },
	}})
	require.ErrorIs(t, err, full)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Run(ctx, stream(data), []Config{{Name: "a", Processor: load(t, "")}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestLedgerIsBounded(t *testing.T) {
	l := ledger{incidents: make([]*Incident, maxIncidents-1)}
	for i := range 6 {
		l.enter(&flow.Resource{}, &alert.Alert{ID: fmt.Sprint(i)})
	}
	l.enter(&flow.Resource{}, &alert.Alert{ID: "0", Severity: alert.High})
	require.Len(t, l.incidents, maxIncidents)
	require.Equal(t, int64(5), l.forgotten)
	require.Equal(t, 2, l.incidents[maxIncidents-1].Alerts)
}

func TestWorkloadName(t *testing.T) {
	for want, res := range map[string]flow.Resource{
		"deployment prod/shop/web":   {Cluster: "prod", Namespace: "shop", Deployment: "web", Container: "x"},
		"statefulset db":             {StatefulSet: "db"},
		"daemonset kube/agent":       {Namespace: "kube", DaemonSet: "agent"},
		"cronjob shop/backup":        {Namespace: "shop", CronJob: "backup"},
		"container web (shop/web)":   {Container: "web", Image: "shop/web", ContainerID: "abc"},
		"container web":              {Container: "web"},
		"image shop/web":             {Image: "shop/web"},
		"container 0123456789ab":     {ContainerID: "0123456789abcdef"},
		"a container without a name": {},
	} {
		require.Equal(t, want, workloadName(&res))
	}
}

func TestReadAlerts(t *testing.T) {
	var logs []plog.Logs
	_, err := Run(context.Background(), stream(lines(t, week()...)), []Config{{
		Name: "a", Processor: load(t, ""),
		Said: func(rl plog.ResourceLogs, _ *flow.Resource, _ *alert.Alert) error {
			ld := plog.NewLogs()
			rl.CopyTo(ld.ResourceLogs().AppendEmpty())
			logs = append(logs, ld, idle(0)) // among other records
			return nil
		},
	}})
	require.NoError(t, err)
	broken := plog.NewLogs()
	broken.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().SetEventName(alert.EventName)
	alerts, err := ReadAlerts(context.Background(), stream(lines(t, append(logs, broken)...)))
	require.NoError(t, err)
	require.Len(t, alerts.Incidents, 3)
	require.Equal(t, alert.Closed, alerts.Incidents[0].Last.Status)
	require.Equal(t, int64(1), alerts.Broken)
	require.Error(t, alerts.Err)
}
