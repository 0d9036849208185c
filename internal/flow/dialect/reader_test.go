package dialect

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
)

// containers are the addresses of the lab's, and whose they are by a mapping file.
func containers(t testing.TB, mapping string) *workload.Directory {
	path := ""
	if mapping != "" {
		path = filepath.Join(t.TempDir(), "workloads.yaml")
		require.NoError(t, os.WriteFile(path, []byte(mapping), 0o600))
	}
	networks, err := netset.Parse([]string{"10.88.0.0/16"})
	require.NoError(t, err)
	directory, err := workload.New(networks, path)
	require.NoError(t, err)
	return directory
}

func newReader(t testing.TB, products ...string) *Reader {
	r, err := NewReader(Options{Products: products, Workloads: containers(t, "")})
	require.NoError(t, err)
	return r
}

// record makes a log record as json_parser does: the fields are attributes.
func record(t testing.TB, fields map[string]any) plog.LogRecord {
	lr := plog.NewLogRecord()
	require.NoError(t, lr.Attributes().FromRaw(fields))
	return lr
}

func jsonRecord(t testing.TB, line string) plog.LogRecord {
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
	return record(t, fields)
}

// lines are a file's, as log records.
func lines(t testing.TB, path ...string) []plog.LogRecord {
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	require.NoError(t, err)
	var all []plog.LogRecord
	for line := range strings.Lines(string(text)) {
		all = append(all, jsonRecord(t, line))
	}
	return all
}

// tsvLines are a Zeek log's, as csv_parser makes log records of them.
func tsvLines(t testing.TB, path ...string) []plog.LogRecord {
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	require.NoError(t, err)
	var all []plog.LogRecord
	var names []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if header, ok := strings.CutPrefix(line, "#fields\t"); ok {
			names = strings.Split(header, "\t")
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := map[string]any{}
		for i, value := range strings.Split(line, "\t") {
			fields[names[i]] = value
		}
		all = append(all, record(t, fields))
	}
	return all
}

// read is what the reader tells of records, which must be a product's and fit for
// use. What outlives the next call is copied.
func read(t testing.TB, r *Reader, records []plog.LogRecord) []flow.Record {
	var all []flow.Record
	for _, lr := range records {
		product, flows, err := r.Read(lr)
		require.NoError(t, err)
		require.NotEmpty(t, product, lr.Attributes().AsRaw())
		for _, f := range flows {
			f.Record.FTPCommands = slices.Clone(f.Record.FTPCommands)
			all = append(all, f.Record)
		}
	}
	return all
}

func end(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func TestUnknownProduct(t *testing.T) {
	_, err := NewReader(Options{Products: []string{"zeek", "zek"}})
	require.EqualError(t, err, `no product "zek"; there are `+strings.Join(Products(), ", "))
}

func TestOnlyTheProductsAskedFor(t *testing.T) {
	r := newReader(t, "suricata")
	product, flows, err := r.Read(lines(t, "zeek", "conn.log")[0])
	require.NoError(t, err)
	assert.Empty(t, product)
	assert.Empty(t, flows)
}

func TestEveryProductGivesSomething(t *testing.T) {
	for _, product := range Products() {
		assert.NotZero(t, Gives(product), product)
	}
	assert.Zero(t, Gives("no such"))
}

func TestNobodysRecords(t *testing.T) {
	r := newReader(t)
	for _, lr := range append(lines(t, "zeek", "others.log"),
		jsonRecord(t, `{"msg":"hello","uid":"1","established":true}`),
		jsonRecord(t, `{"event_type":"alert","src_ip":"10.88.0.5","dest_ip":"203.0.113.9","flow_id":1}`),
		jsonRecord(t, `{"event_type":"flow","id":5}`),
		jsonRecord(t, `{}`), plog.NewLogRecord()) {
		product, flows, err := r.Read(lr)
		require.NoError(t, err)
		assert.Empty(t, product, lr.Attributes().AsRaw())
		assert.Empty(t, flows)
	}
}

// A mapped address is a container's anywhere; what a record says of its ends comes first.
func TestMappedAddresses(t *testing.T) {
	r, err := NewReader(Options{Workloads: containers(t, `
- {address: 192.0.2.5, until: 2026-11-24T18:00:00Z, attributes: {container.name: before}}
- {address: 192.0.2.5, from: 2026-11-24T18:00:00Z, attributes: {container.name: web}}
- {address: 192.0.2.6, attributes: {container.name: db, host.name: node-2}}
`)})
	require.NoError(t, err)
	zeek := `{"ts":1795543565.5,"uid":"C1","id.orig_h":"192.0.2.5","id.orig_p":1000,"id.resp_h":"192.0.2.6","id.resp_p":80,"proto":"tcp","conn_state":"SF"}`
	_, flows, err := r.Read(jsonRecord(t, zeek))
	require.NoError(t, err)
	require.Len(t, flows, 2)
	assert.Equal(t, flow.Resource{Container: "web"}, flows[0].Resource)
	assert.Equal(t, flow.Resource{Container: "db", Host: "node-2"}, flows[1].Resource)
	assert.Equal(t, end("192.0.2.6:80"), flows[1].Record.Source)

	netobserv := `{"SrcAddr":"192.0.2.5","DstAddr":"203.0.113.9","SrcPort":4000,"DstPort":443,"Proto":6,"Bytes":100,"Packets":1,"TimeFlowEndMs":1795543565000,` +
		`"FlowDirection":1,"SrcK8S_Type":"Pod","SrcK8S_Name":"web-1","SrcK8S_Namespace":"shop"}`
	_, flows, err = r.Read(jsonRecord(t, netobserv))
	require.NoError(t, err)
	require.Len(t, flows, 1)
	assert.Equal(t, "web-1", flows[0].Resource.Pod)
	assert.Empty(t, flows[0].Resource.Container)
}

func TestOrientation(t *testing.T) {
	line := func(orig, resp string) plog.LogRecord {
		return jsonRecord(t, `{"ts":1795543565.5,"uid":"C`+orig+resp+`","id.orig_h":"`+orig+`","id.orig_p":1000,"id.resp_h":"`+resp+
			`","id.resp_p":80,"proto":"tcp","duration":1,"orig_bytes":10,"resp_bytes":20,"conn_state":"SF"}`)
	}
	r := newReader(t)
	one := read(t, r, []plog.LogRecord{line("10.88.0.5", "203.0.113.9")})
	require.Len(t, one, 1)
	assert.Equal(t, end("10.88.0.5:1000"), one[0].Source)
	assert.Equal(t, flow.InitiatorSource, one[0].Initiator)

	turned := read(t, r, []plog.LogRecord{line("203.0.113.9", "10.88.0.5")})
	require.Len(t, turned, 1)
	assert.Equal(t, end("10.88.0.5:80"), turned[0].Source)
	assert.Equal(t, flow.InitiatorDestination, turned[0].Initiator)
	assert.EqualValues(t, 20, turned[0].Bytes)
	assert.EqualValues(t, 10, turned[0].ReverseBytes)

	both := read(t, r, []plog.LogRecord{line("10.88.0.5", "10.88.0.6")})
	require.Len(t, both, 2)
	assert.Equal(t, end("10.88.0.5:1000"), both[0].Source)
	assert.Equal(t, end("10.88.0.6:80"), both[1].Source)
	assert.EqualValues(t, 20, both[1].Bytes)

	none := read(t, r, []plog.LogRecord{line("203.0.113.8", "203.0.113.9")})
	require.Len(t, none, 1)
	assert.Equal(t, end("203.0.113.8:1000"), none[0].Source)
}

// The fields may be the body, as the transform processor's ParseJSON leaves them.
func TestFieldsInTheBody(t *testing.T) {
	for _, lr := range lines(t, "zeek", "conn.log") {
		moved := plog.NewLogRecord()
		lr.Attributes().CopyTo(moved.Body().SetEmptyMap())
		r := newReader(t)
		assert.Len(t, read(t, r, []plog.LogRecord{moved}), 1)
	}
}

func TestWhatCannotBeUsed(t *testing.T) {
	good := `{"ts":1795543565.5,"uid":"C1","id.orig_h":"10.88.0.5","id.orig_p":1000,"id.resp_h":"203.0.113.9","id.resp_p":80,"proto":"tcp","conn_state":"SF"}`
	for name, c := range map[string]struct {
		change map[string]any
		says   string
	}{
		"address":   {map[string]any{"id.orig_h": "10.88.0"}, "id.orig_h: not an IP address"},
		"no peer":   {map[string]any{"id.resp_h": 5}, "id.resp_h: not an IP address"},
		"port":      {map[string]any{"id.resp_p": 70000}, "id.resp_p: not a port"},
		"transport": {map[string]any{"proto": ""}, "transport: missing"},
		"time":      {map[string]any{"ts": -5}, "timestamp: missing"},
		"far time":  {map[string]any{"ts": 1e300}, "timestamp: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			lr := jsonRecord(t, good)
			for key, value := range c.change {
				require.NoError(t, lr.Attributes().PutEmpty(key).FromRaw(value))
			}
			product, flows, err := newReader(t).Read(lr)
			assert.Equal(t, "zeek", product)
			assert.Empty(t, flows)
			var refused *flow.RecordError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, err.Error(), c.says)
		})
	}
}

// What a sensor's log says must not cost memory for long.
func TestOverlongIsLeftOut(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	r := newReader(t)
	lr := lines(t, "zeek", "conn.log")[0]
	lr.Attributes().PutStr("uid", long)
	lr.Attributes().PutStr("service", long)
	got := read(t, r, []plog.LogRecord{lr})
	assert.Empty(t, got[0].Protocol)
	request := lines(t, "zeek", "http.log")[0]
	for _, key := range []string{"method", "host", "uri", "version", "user_agent"} {
		request.Attributes().PutStr(key, long)
	}
	got = read(t, r, []plog.LogRecord{request})
	assert.LessOrEqual(t, len(got[0].HTTP.Path)+len(got[0].HTTP.UserAgent)+len(got[0].Server)+len(got[0].HTTP.Method), 2*maxText)
	held, _ := r.Stats()
	assert.Equal(t, 1, held)
	lr.Attributes().PutStr("proto", long)
	_, _, err := r.Read(lr)
	require.ErrorContains(t, err, "transport")
}

func TestSessionsAreBoundedAndForgotten(t *testing.T) {
	r, err := NewReader(Options{Sessions: 3})
	require.NoError(t, err)
	line := func(uid string, second int) plog.LogRecord {
		lr := lines(t, "zeek", "conn.log")[0]
		lr.Attributes().PutStr("uid", uid)
		lr.Attributes().PutDouble("ts", 1795543565+float64(second))
		return lr
	}
	for _, uid := range []string{"a", "b", "c", "d", "e"} {
		read(t, r, []plog.LogRecord{line(uid, 0)})
	}
	held, evicted := r.Stats()
	assert.Equal(t, 3, held)
	assert.EqualValues(t, 2, evicted)
	read(t, r, []plog.LogRecord{line("f", 3700), line("g", 3700)})
	held, evicted = r.Stats()
	assert.Equal(t, 2, held)
	assert.Zero(t, evicted)
	// A wrong clock in the past or the future forgets little.
	read(t, r, []plog.LogRecord{line("h", -100000), line("i", 300000)})
	held, _ = r.Stats()
	assert.GreaterOrEqual(t, held, 2)
}

// A product's word of what it lost goes with its next flow.
func TestLossIsTold(t *testing.T) {
	r := newReader(t)
	lost := plog.NewLogRecord()
	require.NoError(t, lost.Attributes().FromRaw(map[string]any{
		"lost_events": map[string]any{"source": "PERF_EVENT_RING_BUFFER", "num_events_lost": "7"}}))
	product, flows, err := r.Read(lost)
	require.NoError(t, err)
	require.Equal(t, "hubble", product)
	require.Empty(t, flows)
	told := read(t, r, lines(t, "zeek", "conn.log")[:2])
	assert.EqualValues(t, 7, told[0].Lost)
	assert.Zero(t, told[1].Lost)
}

func TestMoments(t *testing.T) {
	const want = 1795543565_962133000
	for name, v := range map[string]any{
		"seconds":      1795543565.962133,
		"text":         "1795543565.962133",
		"iso":          "2026-11-24T18:06:05.962133Z",
		"iso zoned":    "2026-11-24T20:06:05.962133+0200",
		"nanoseconds":  "1795543565.962133000",
		"iso no frac":  "2026-11-24T18:06:05Z",
		"milliseconds": 1795543565962.0,
		"whole":        int64(1795543565962),
		"text millis":  "1795543565962",
	} {
		value := pcommon.NewValueEmpty()
		require.NoError(t, value.FromRaw(v))
		got := momentOf(value)
		assert.InDelta(t, want, got, 1e9, name)
		if strings.Contains(name, "millis") || name == "whole" {
			assert.EqualValues(t, 1795543565_962000000, got, name)
		} else if name != "iso no frac" {
			assert.EqualValues(t, want, got, name)
		}
	}
	for _, bad := range []any{"", "-", "x", "1.", ".5", "1e9", "9999999999999999999", "0", -1.0, 0.0, true,
		"2026-13-24T18:06:05Z", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "99999999999.5"} {
		value := pcommon.NewValueEmpty()
		require.NoError(t, value.FromRaw(bad))
		assert.Zero(t, momentOf(value), "%v", bad)
	}
}
