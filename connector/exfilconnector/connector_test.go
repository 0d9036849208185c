package exfilconnector

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/connector/exfilconnector/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// batch is an upload by HTTP PUT, and a log record that is no flow.
func batch() plog.Logs {
	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	r := flow.Record{
		Time: at, Transport: "tcp", Protocol: "http", Initiator: flow.InitiatorSource, Bytes: 3 << 20,
		Source:      netip.MustParseAddrPort("172.17.0.2:4000"),
		Destination: netip.MustParseAddrPort("203.0.113.9:80"),
		HTTP:        flow.HTTP{Method: "PUT", BodySize: 3 << 20},
	}
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	who := flow.Resource{Container: "web"}
	who.Encode(rl.Resource())
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	r.Encode(records.AppendEmpty())
	records.AppendEmpty().Body().SetStr("GET / 200")
	return ld
}

func TestAlertsAloneComeOut(t *testing.T) {
	for flows, want := range map[exfilprocessor.Flows][]string{
		exfilprocessor.Drop: {alert.EventName, alert.EventName}, // open, and closed by the shutdown
		exfilprocessor.Keep: {alert.EventName, flow.EventName, alert.EventName},
	} {
		t.Run(string(flows), func(t *testing.T) {
			factory, sink := NewFactory(), new(consumertest.LogsSink)
			cfg := factory.CreateDefaultConfig().(*exfilprocessor.Config)
			cfg.Flows = flows
			c, err := factory.CreateLogsToLogs(context.Background(), connectortest.NewNopSettings(metadata.Type), cfg, sink)
			require.NoError(t, err)
			require.True(t, c.Capabilities().MutatesData)
			require.NoError(t, c.Start(context.Background(), componenttest.NewNopHost()))
			require.NoError(t, c.ConsumeLogs(context.Background(), batch()))
			require.NoError(t, c.Shutdown(context.Background()))
			require.Equal(t, want, events(sink))
		})
	}
}

// Other products' flow logs are shown to the processor, too.
func TestForeignFlowLogs(t *testing.T) {
	for _, dialects := range [][]string{{"zeek"}, {}} {
		factory, sink := NewFactory(), new(consumertest.LogsSink)
		cfg := factory.CreateDefaultConfig().(*exfilprocessor.Config)
		cfg.Flows, cfg.Dialects = exfilprocessor.Keep, dialects
		c, err := factory.CreateLogsToLogs(context.Background(), connectortest.NewNopSettings(metadata.Type), cfg, sink)
		require.NoError(t, err)
		ld := batch()
		lr := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty()
		require.NoError(t, lr.Attributes().FromRaw(map[string]any{"uid": "C1", "id.orig_h": "172.17.0.2", "conn_state": "SF"}))
		require.NoError(t, c.ConsumeLogs(context.Background(), ld))
		want := []string{alert.EventName, flow.EventName}
		if len(dialects) > 0 {
			want = append(want, "")
		}
		require.Equal(t, want, events(sink))
	}
}

func events(sink *consumertest.LogsSink) (names []string) {
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					names = append(names, lr.EventName())
				}
			}
		}
	}
	return names
}
