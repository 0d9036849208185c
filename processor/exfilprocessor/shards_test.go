package exfilprocessor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// The same records give the same alerts to the byte, twice and on several cores.
func TestShardsDoNotMatter(t *testing.T) {
	one := alertsOf(t, 1)
	require.NotEmpty(t, one)
	require.Equal(t, one, alertsOf(t, 1), "twice")
	require.Equal(t, one, alertsOf(t, 4), "on four cores")
}

// alertsOf is all that comes out of two days of random traffic, as OTLP.
func alertsOf(t *testing.T, shards int) []byte {
	cfg := learned()
	cfg.Shards = shards
	cfg.Limits.Incidents = 5000 // each shard has its part of a limit: none is reached
	sink := new(consumertest.LogsSink)
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(t, err)
	dice := rand.New(rand.NewPCG(1, 2))
	for minute := 0; minute < 2*24*60; minute += 20 {
		p.now = func() time.Time { return scenario.Base.Add(time.Duration(minute+20) * time.Minute) }
		_, _ = p.process(context.Background(), randomBatch(dice, minute))
	}
	var all []byte
	for _, ld := range sink.AllLogs() {
		encoded, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
		require.NoError(t, err)
		all = append(all, encoded...)
	}
	return all
}

func randomBatch(dice *rand.Rand, minute int) plog.Logs {
	ld := plog.NewLogs()
	for w := range 30 {
		rl := ld.ResourceLogs().AppendEmpty()
		who := flow.Resource{Namespace: "shop", Deployment: fmt.Sprintf("web-%d", w), Pod: "web"}
		who.Encode(rl.Resource())
		records := rl.ScopeLogs().AppendEmpty().LogRecords()
		for range 10 {
			r := randomRecord(dice, minute)
			r.Encode(records.AppendEmpty())
		}
	}
	return ld
}

func randomRecord(dice *rand.Rand, minute int) flow.Record {
	at := scenario.Base.Add(time.Duration(minute)*time.Minute + time.Duration(dice.IntN(1200))*time.Second).UnixNano()
	r := flow.Record{
		Time: at, Start: at - int64(dice.IntN(100))*1e9, Transport: "tcp", Initiator: flow.Initiator(1 + dice.IntN(2)),
		Source:      netip.AddrPortFrom(netip.MustParseAddr("10.0.0.5"), uint16(30000+dice.IntN(30))),
		Destination: netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(dice.IntN(20)), 9}), 443),
		Bytes:       1 << dice.IntN(25), ReverseBytes: 1 << dice.IntN(20),
		Protocol:  []string{"tls", "http", "ftp", "ssh", ""}[dice.IntN(5)],
		EndReason: []flow.EndReason{flow.EndActiveTimeout, flow.EndOfFlow}[dice.IntN(2)],
		Process:   flow.Process{PID: 1, Executable: []string{"/usr/bin/app", "/usr/bin/curl"}[dice.IntN(2)]},
	}
	if dice.IntN(20) == 0 {
		r.Lost = int64(dice.IntN(5))
	}
	if dice.IntN(2) == 0 {
		r.Server = fmt.Sprintf("d%d.example", dice.IntN(20))
	}
	if r.Protocol == "http" {
		r.HTTP = flow.HTTP{Method: "POST", BodySize: 1 << dice.IntN(25)}
	}
	if dice.IntN(10) == 0 {
		r.DNS = flow.DNS{QuestionName: fmt.Sprintf("%x.t%d.example", dice.Uint64(), dice.IntN(3)), QuestionType: "TXT"}
	}
	return r
}
