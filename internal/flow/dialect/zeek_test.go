package dialect

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

var zeekFiles = []string{"http", "ssl", "dns", "ftp", "conn"}

func zeekRecords(t testing.TB, suffix string, load func(testing.TB, ...string) []plog.LogRecord) []plog.LogRecord {
	var all []plog.LogRecord
	for _, name := range zeekFiles {
		all = append(all, load(t, "zeek", name+suffix)...)
	}
	return all
}

func TestZeekConnection(t *testing.T) {
	got := read(t, newReader(t), lines(t, "zeek", "conn.log"))
	require.Len(t, got, 10)
	put := got[0]
	assert.Equal(t, flow.Record{
		Time:  at("2026-11-24T18:06:06.011167Z"),
		Start: at("2026-11-24T18:06:05.962133Z"), End: at("2026-11-24T18:06:06.011167Z"),
		Source: end("10.88.0.5:44262"), Destination: end("203.0.113.9:80"), Transport: "tcp",
		Initiator: flow.InitiatorSource, Bytes: 3000151, Packets: 93, ReverseBytes: 138, ReversePackets: 42,
		EndReason: flow.EndOfFlow, Protocol: "http",
	}, put)

	active := got[6] // the server opened the data channel
	assert.Equal(t, end("10.88.0.5:51297"), active.Source)
	assert.EqualValues(t, 20000, active.Bytes)
	assert.Equal(t, flow.InitiatorDestination, active.Initiator)
	assert.Equal(t, "ftp-data", active.Protocol)

	ping := got[8]
	assert.Equal(t, "icmp", ping.Transport)
	assert.Zero(t, ping.Source.Port())
	assert.Zero(t, ping.Destination.Port())
	assert.EqualValues(t, 3000, ping.Bytes)
	assert.Equal(t, flow.EndIdleTimeout, ping.EndReason)

	attempt := got[9]
	assert.Zero(t, attempt.Bytes)
	assert.Equal(t, attempt.Start, attempt.Time)
}

// JSON, JSON unfolded, JSON without dots, ISO 8601, milliseconds and TSV tell one
// story.
func TestZeekForms(t *testing.T) {
	want := read(t, newReader(t), zeekRecords(t, ".log", lines))
	require.Len(t, want, 4+1+2+2+10)
	for name, records := range map[string][]plog.LogRecord{
		"tsv":    zeekRecords(t, ".tsv", tsvLines),
		"nested": change(zeekRecords(t, ".log", lines), nest),
		"flat":   change(zeekRecords(t, ".log", lines), underscore),
		"iso":    change(zeekRecords(t, ".log", lines), iso),
		"nulls":  change(zeekRecords(t, ".log", lines), nulls),
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, newReader(t), records)
			require.Len(t, got, len(want))
			for i := range want {
				assert.Equal(t, want[i], got[i], i)
			}
		})
	}
}

func change(records []plog.LogRecord, how func(plog.LogRecord)) []plog.LogRecord {
	for _, lr := range records {
		how(lr)
	}
	return records
}

var endKeys = []string{"orig_h", "orig_p", "resp_h", "resp_p"}

func nest(lr plog.LogRecord) {
	m := lr.Attributes()
	inner := m.PutEmptyMap("id")
	for _, key := range endKeys {
		value, _ := m.Get("id." + key)
		value.CopyTo(inner.PutEmpty(key))
		m.Remove("id." + key)
	}
}

func underscore(lr plog.LogRecord) {
	m := lr.Attributes()
	for _, key := range endKeys {
		value, _ := m.Get("id." + key)
		value.CopyTo(m.PutEmpty("id_" + key))
		m.Remove("id." + key)
	}
}

// nulls are how some shippers write what is unset.
func nulls(lr plog.LogRecord) {
	for _, key := range []string{"duration", "orig_bytes", "orig_pkts", "service", "ja4", "version", "arg"} {
		if _, ok := lr.Attributes().Get(key); !ok {
			lr.Attributes().PutEmpty(key)
		}
	}
}

func iso(lr plog.LogRecord) {
	value, _ := lr.Attributes().Get("ts")
	value.SetStr(time.Unix(0, momentOf(value)).UTC().Format("2006-01-02T15:04:05.000000Z"))
}

func TestZeekDetailsAreTold(t *testing.T) {
	got := read(t, newReader(t), zeekRecords(t, ".log", lines))
	put := got[0]
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/up/archive.tgz", UserAgent: "curl/7.88.1", BodySize: 3000000, Requests: 1}, put.HTTP)
	assert.Equal(t, "drop.example", put.Server)
	assert.Zero(t, put.Bytes)
	assert.Equal(t, "1.1", put.ProtocolVersion)
	assert.Equal(t, "/b", got[2].HTTP.Path, "without user information")
	assert.Equal(t, "drop.example", got[2].Server, "without a port")

	hello := got[4]
	assert.Equal(t, "tls", hello.Protocol)
	assert.Equal(t, flow.TLS{Version: "1.3", JA4: "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6"}, hello.TLS)
	assert.Equal(t, "drop.example", hello.Server)

	assert.Equal(t, flow.DNS{QuestionName: "abcdefgh.evil.example", QuestionType: "TXT"}, got[5].DNS)
	assert.Equal(t, []string{"PASV"}, got[7].FTPCommands)
	assert.Equal(t, []string{"STOR"}, got[8].FTPCommands)
	assert.Equal(t, "ftp", got[8].Protocol)

	conn := got[9]
	assert.Equal(t, "drop.example", conn.Server)
	assert.Equal(t, put.HTTP, conn.HTTP)
	assert.EqualValues(t, 3000151, conn.Bytes)
	posts := got[10]
	assert.EqualValues(t, 2, posts.HTTP.Requests)
	assert.EqualValues(t, 20000, posts.HTTP.BodySize)
	assert.Equal(t, "1.3", got[12].TLS.Version)
	assert.Equal(t, "drop.example", got[12].Server)
	assert.Empty(t, got[16].DNS, "a question is told once")
}

// Whatever the order of the logs, what is sent is counted once, and details are
// told.
func TestZeekOrder(t *testing.T) {
	records := zeekRecords(t, ".log", lines)
	slices.Reverse(records)
	r := newReader(t)
	var sent int64
	methods := 0
	for _, f := range read(t, r, records) {
		sent += f.Bytes
		if f.HTTP.Method != "" {
			methods++
		}
	}
	assert.EqualValues(t, 3000151+40300+84+3004817+66+3000000+20000+73+3000, sent)
	assert.Equal(t, 4, methods)
	held, evicted := r.Stats()
	assert.Equal(t, 10, held)
	assert.Zero(t, evicted)
}

// A connection that is written again, with counters of all of it, as by
// conn_long.log, adds what is new.
func TestZeekCountsOnce(t *testing.T) {
	r := newReader(t)
	first := lines(t, "zeek", "conn.log")[:1]
	assert.EqualValues(t, 3000151, read(t, r, first)[0].Bytes)
	assert.Empty(t, read(t, r, first), "told already")
	first[0].Attributes().PutInt("orig_bytes", 3000151+77)
	first[0].Attributes().PutInt("orig_ip_bytes", 4000000)
	assert.EqualValues(t, 77, read(t, r, first)[0].Bytes)
}

func TestZeekBytes(t *testing.T) {
	for name, c := range map[string]struct {
		fields map[string]any
		want   int64
	}{
		"as told":            {map[string]any{"orig_bytes": 5000, "orig_pkts": 10, "orig_ip_bytes": 5520}, 5000},
		"not told":           {map[string]any{"orig_pkts": 10, "orig_ip_bytes": 5520}, 5520 - 10*52 - 8},
		"only ACKs":          {map[string]any{"orig_pkts": 10, "orig_ip_bytes": 520}, 0},
		"forged reset":       {map[string]any{"orig_bytes": 4294967295, "orig_pkts": 10, "orig_ip_bytes": 5520}, 5520 - 10*52 - 8},
		"with a gap":         {map[string]any{"orig_bytes": 105000, "missed_bytes": 100000, "orig_pkts": 10, "orig_ip_bytes": 5520}, 105000},
		"without IP counts":  {map[string]any{"orig_bytes": 5000}, 5000},
		"never established":  {map[string]any{"conn_state": "REJ", "orig_pkts": 7, "orig_ip_bytes": 900}, 0},
		"negative":           {map[string]any{"orig_bytes": -5}, 0},
		"more than possible": {map[string]any{"orig_bytes": 1e18}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			lr := jsonRecord(t, `{"ts":1795543565.5,"uid":"C1","id.orig_h":"10.88.0.5","id.orig_p":1000,"id.resp_h":"203.0.113.9","id.resp_p":80,"proto":"tcp","conn_state":"SF"}`)
			for key, value := range c.fields {
				require.NoError(t, lr.Attributes().PutEmpty(key).FromRaw(value))
			}
			assert.Equal(t, c.want, read(t, newReader(t), []plog.LogRecord{lr})[0].Bytes)
		})
	}
}

func TestZeekServices(t *testing.T) {
	for list, want := range map[string]string{
		"": "", "http": "http", "ssl": "tls", "quic,ssl": "quic", "ssl,quic": "quic", "gssapi,smb": "gssapi",
		"-http,ssl": "tls", "smtp,ssl": "smtp", "ftp-data": "ftp-data", ",,": "",
	} {
		assert.Equal(t, want, zeekService(list), list)
	}
}

func at(text string) int64 {
	moment, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return moment.UnixNano()
}
