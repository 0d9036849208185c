package exfilprocessor

import (
	"context"
	"encoding/binary"
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

// FuzzConsume feeds OTLP as it may come over the network.
func FuzzConsume(f *testing.F) {
	encoded, err := (&plog.ProtoMarshaler{}).MarshalLogs(upload(scenario.Base))
	require.NoError(f, err)
	f.Add(encoded)
	f.Fuzz(func(t *testing.T, data []byte) {
		ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		consume(t, fuzzed(t), ld)
	})
}

// FuzzRecords makes records out of numbers, so that the rules are reached.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("seventeen bytes!!seventeen bytes!!"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := fuzzed(t)
		for len(data) >= 17 {
			ld := upload(scenario.Base)
			mutate(ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0), data)
			consume(t, p, ld)
			p.pass(context.Background())
			data = data[17:]
		}
	})
}

func mutate(lr plog.LogRecord, data []byte) {
	var r flow.Record
	_ = r.Decode(lr)
	r.Time += int64(int32(binary.LittleEndian.Uint32(data))) * 1000
	r.Start = int64(binary.LittleEndian.Uint32(data[4:])) << 30
	r.Bytes = int64(binary.LittleEndian.Uint64(data[8:]) >> (11 + data[0]%50))
	r.ReverseBytes = int64(data[16]) << (data[0] % 40)
	r.Initiator = flow.Initiator(data[1] % 3)
	r.Protocol = []string{"http", "ftp", "ftp-data", "tls", ""}[data[2]%5]
	r.HTTP.Method = []string{"PUT", "POST", "GET", ""}[data[3]%4]
	r.HTTP.BodySize = int64(data[5]) << (data[6] % 45)
	r.FTPCommands = [][]string{nil, {"STOR"}, {"AUTH TLS"}, {"RETR"}}[data[7]%4]
	r.Encode(lr)
}

func fuzzed(t testing.TB) *exfil {
	cfg := learned()
	cfg.Limits = Limits{Workloads: 8, Destinations: 8, Incidents: 4}
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	p.now = func() time.Time { return scenario.Base }
	return p
}

// consume checks what holds for every alert.
func consume(t *testing.T, p *exfil, ld plog.Logs) {
	sink := new(consumertest.LogsSink)
	p.outbox.next = sink
	_, _ = p.process(context.Background(), ld)
	for _, a := range alerts(t, sink) {
		require.NotEmpty(t, a.Evidence)
		require.GreaterOrEqual(t, a.Bytes, int64(0))
		require.LessOrEqual(t, a.FirstSeen, a.LastSeen)
	}
	require.LessOrEqual(t, len(p.voice.resources), p.cfg.Limits.Incidents)
}
