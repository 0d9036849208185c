package exfilprocessor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
)

// An incident closes although no record comes any more.
func TestTheTickerClosesIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(consumertest.LogsSink)
		p := running(t, sink)
		require.NoError(t, p.ConsumeLogs(t.Context(), upload(time.Now())))
		require.Equal(t, []alert.Status{alert.Open}, statuses(t, sink))

		<-time.After(10*time.Minute - time.Second) // the bubble's clock
		synctest.Wait()
		require.Equal(t, []alert.Status{alert.Open}, statuses(t, sink))

		<-time.After(2 * time.Second)
		synctest.Wait()
		require.Equal(t, []alert.Status{alert.Open, alert.Closed}, statuses(t, sink))
		require.NoError(t, p.Shutdown(t.Context()))
	})
}

// A replay of old records is not closed by today's date.
func TestTheTickerLeavesReplaysAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(consumertest.LogsSink)
		p := running(t, sink)
		require.NoError(t, p.ConsumeLogs(t.Context(), upload(time.Now().AddDate(-1, 0, 0))))
		<-time.After(5 * time.Second)
		synctest.Wait()
		require.Equal(t, []alert.Status{alert.Open}, statuses(t, sink))
		require.NoError(t, p.Shutdown(t.Context()))
	})
}

func running(t *testing.T, sink *consumertest.LogsSink) processor.Logs {
	set := processortest.NewNopSettings(metadata.Type)
	p, err := NewFactory().CreateLogs(context.Background(), set, createDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	return p
}

// upload is a batch of one container with one record that opens an incident.
func upload(at time.Time) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	res := benchResource(1)
	res.Encode(rl.Resource())
	r := benchRecord(1)
	r.Time, r.Start, r.End = at.UnixNano(), at.UnixNano(), at.UnixNano()
	r.HTTP.BodySize = 20 << 20
	r.Encode(rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	return ld
}

// statuses are those of all alerts so far.
func statuses(t *testing.T, sink *consumertest.LogsSink) []alert.Status {
	var all []alert.Status
	for _, a := range alerts(t, sink) {
		all = append(all, a.Status)
	}
	return all
}

func alerts(t *testing.T, sink *consumertest.LogsSink) []alert.Alert {
	var all []alert.Alert
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
				var a alert.Alert
				require.NoError(t, a.Decode(lr))
				all = append(all, a)
			}
		}
	}
	return all
}
