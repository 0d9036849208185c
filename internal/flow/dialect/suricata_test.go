package dialect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// eve is what Suricata 7.0.10 wrote of uploads by HTTP, HTTPS and FTP, of a
// download and of DNS questions, with types flow, netflow, http (with all headers
// of requests), tls, dns, ftp and files.
func eve(t testing.TB, types ...string) []plog.LogRecord {
	var some []plog.LogRecord
	for _, lr := range lines(t, "suricata", "eve.json") {
		kind, _ := lr.Attributes().Get("event_type")
		for _, one := range types {
			if kind.Str() == one {
				some = append(some, lr)
			}
		}
	}
	require.NotEmpty(t, some)
	return some
}

// byPort are the flows of a port of the container's.
func byPort(records []flow.Record) map[uint16]flow.Record {
	all := make(map[uint16]flow.Record)
	for _, r := range records {
		all[r.Source.Port()] = r
	}
	return all
}

func TestSuricataFlows(t *testing.T) {
	got := byPort(read(t, newReader(t), eve(t, "flow")))
	require.Len(t, got, 10)
	put := got[44262]
	assert.Equal(t, end("203.0.113.9:80"), put.Destination)
	assert.Equal(t, at("2026-11-24T18:06:05.962133Z"), put.Start)
	assert.Equal(t, at("2026-11-24T18:06:06.011167Z"), put.Time)
	assert.Equal(t, "http", put.Protocol)
	assert.Equal(t, flow.InitiatorSource, put.Initiator)
	assert.Equal(t, flow.EndOfFlow, put.EndReason)
	assert.EqualValues(t, 93, put.Packets)
	// What the client wrote: 3,000,000 bytes and a head.
	assert.InDelta(t, 3000151, put.Bytes, 0.001*3000151)

	passive, active := got[52912], got[51297]
	assert.EqualValues(t, 3000000, passive.Bytes)
	assert.Zero(t, passive.ReverseBytes, "nothing but acknowledgements")
	assert.EqualValues(t, 20000, active.Bytes)
	assert.Equal(t, end("203.0.113.9:20"), active.Destination)
	assert.Equal(t, flow.InitiatorDestination, active.Initiator)
	assert.Equal(t, "ftp-data", active.Protocol)

	download := got[44300]
	assert.Less(t, download.Bytes, int64(200))
	assert.InDelta(t, 300116, download.ReverseBytes, 100)
	assert.Equal(t, flow.EndForced, got[52764].EndReason)
	assert.EqualValues(t, 157-2*42, got[52764].Bytes)
}

func TestSuricataDetails(t *testing.T) {
	r := newReader(t)
	got := read(t, r, eve(t, "http", "tls", "dns", "ftp", "ftp_data"))
	put := got[0]
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/up/archive.tgz", UserAgent: "curl/7.88.1", BodySize: 3000000, Requests: 1}, put.HTTP)
	assert.Equal(t, "drop.example", put.Server)
	assert.Equal(t, "1.1", put.ProtocolVersion)
	var questions, commands []string
	hellos := 0
	for _, f := range got {
		assert.Zero(t, f.Bytes)
		if f.DNS.QuestionName != "" {
			questions = append(questions, f.DNS.QuestionName+" "+f.DNS.QuestionType)
		}
		if f.TLS.Version != "" {
			hellos++
			assert.Equal(t, flow.TLS{Version: "1.3", JA4: "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6"}, f.TLS)
			assert.Equal(t, "drop.example", f.Server)
		}
		commands = append(commands, f.FTPCommands...)
	}
	assert.Equal(t, []string{"abcdefgh.evil.example TXT", "xyz.evil.example TXT"}, questions)
	assert.Equal(t, 1, hellos)
	assert.Equal(t, []string{"USER", "PASS", "PWD", "PASV", "TYPE", "STOR", "QUIT",
		"USER", "PASS", "PWD", "EPRT", "PORT", "TYPE", "STOR", "QUIT"}, commands)

	flows := byPort(read(t, r, eve(t, "flow")))
	assert.Equal(t, put.HTTP, flows[44262].HTTP)
	assert.EqualValues(t, 2, flows[44268].HTTP.Requests)
	assert.Equal(t, "drop.example", flows[51388].Server)
}

// netflow records beside flow records tell nothing new; alone they tell each
// direction, and their session who opened it.
func TestSuricataNetflow(t *testing.T) {
	sum := func(records []flow.Record) (sent, received int64) {
		for _, f := range records {
			sent, received = sent+f.Bytes, received+f.ReverseBytes
		}
		return sent, received
	}
	flows := read(t, newReader(t), eve(t, "flow"))
	sent, received := sum(flows)
	for _, types := range [][]string{{"flow", "netflow"}, {"netflow"}} {
		both := read(t, newReader(t), eve(t, types...))
		again, back := sum(both)
		assert.InDelta(t, sent, again, 100, "%v", types)
		assert.InDelta(t, received, back, 100, "%v", types)
	}
	alone := read(t, newReader(t), eve(t, "netflow"))
	require.Len(t, alone, 2*len(flows))
	for _, f := range alone {
		want := flow.InitiatorSource
		if f.Destination.Port() == 20 {
			want = flow.InitiatorDestination
		}
		assert.Equal(t, want, f.Initiator, f.Destination)
		assert.True(t, f.Unidirectional)
	}
}

func TestSuricataDNSLayouts(t *testing.T) {
	for name, c := range map[string]struct{ dns, want string }{
		"1": {`{"type":"query","id":1,"rrname":"a.Evil.example","rrtype":"A","tx_id":0}`, "a.evil.example"},
		"2": {`{"version":2,"type":"query","id":1,"rrname":"b.evil.example.","rrtype":"A"}`, "b.evil.example"},
		"3": {`{"version":3,"type":"request","tx_id":0,"id":1,"queries":[{"rrname":"c.evil.example","rrtype":"A"}]}`, "c.evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, newReader(t), []plog.LogRecord{jsonRecord(t, `{"timestamp":"2026-11-24T18:06:05.962133+0000","flow_id":1,"event_type":"dns",`+
				`"src_ip":"10.88.0.5","src_port":5000,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":`+c.dns+`}`)})
			require.Len(t, got, 1)
			assert.Equal(t, flow.DNS{QuestionName: c.want, QuestionType: "A"}, got[0].DNS)
		})
	}
}

// The server answers a TFTP request from another port: the flow is the client's all
// the same.
func TestSuricataTFTP(t *testing.T) {
	asks := jsonRecord(t, `{"timestamp":"2026-11-24T18:43:24.028228+0000","flow_id":1247139612350265,"event_type":"tftp","src_ip":"10.88.0.5","src_port":36634,"dest_ip":"203.0.113.9","dest_port":69,"proto":"UDP","tftp":{"packet":"write","file":"stolen_data.txt","mode":"octet"}}`)
	carries := jsonRecord(t, `{"timestamp":"2026-11-24T18:43:29.227673+0000","flow_id":1248746205915988,"event_type":"flow","src_ip":"203.0.113.9","src_port":41982,"dest_ip":"10.88.0.5","dest_port":36634,"proto":"UDP","app_proto":"failed","flow":{"pkts_toserver":2562,"pkts_toclient":2561,"bytes_toserver":117863,"bytes_toclient":21089326,"start":"2026-11-24T18:43:24.028602+0000","end":"2026-11-24T18:43:24.422716+0000","age":0,"state":"established","reason":"shutdown","alerted":false}}`)
	alone := read(t, newReader(t), []plog.LogRecord{carries})[0]
	assert.Equal(t, flow.InitiatorDestination, alone.Initiator)
	got := read(t, newReader(t), []plog.LogRecord{asks, carries})
	assert.Equal(t, "tftp", got[0].Protocol)
	assert.Equal(t, flow.InitiatorSource, got[1].Initiator)
	assert.Equal(t, "tftp", got[1].Protocol)
	assert.EqualValues(t, 21089326-2561*42, got[1].Bytes)
	value, _ := carries.Attributes().Get("flow")
	value.Map().PutStr("start", "2026-11-24T18:48:24.028602+0000") // too late to be the answer
	value.Map().PutStr("end", "2026-11-24T18:48:25.028602+0000")
	assert.Equal(t, flow.InitiatorDestination, read(t, newReader(t), []plog.LogRecord{asks, carries})[1].Initiator)
}

// Both products watched the same session.
func TestSuricataAgreesWithZeek(t *testing.T) {
	zeek := byPort(read(t, newReader(t), lines(t, "zeek", "conn.log")))
	for port, f := range byPort(read(t, newReader(t), eve(t, "flow"))) {
		other, ok := zeek[port]
		if !ok { // the chunked upload stands in one of them only
			continue
		}
		assert.InDelta(t, other.Bytes, f.Bytes, 0.001*float64(other.Bytes)+20, port)
		assert.InDelta(t, other.ReverseBytes, f.ReverseBytes, 0.001*float64(other.ReverseBytes)+20, port)
		assert.Equal(t, other.Protocol, f.Protocol, port)
		assert.Equal(t, other.Initiator, f.Initiator, port)
	}
}
