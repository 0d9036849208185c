package dialect

import (
	"strconv"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// mostHeaders bounds the header fields that are looked through.
const mostHeaders = 128

func eveHTTP(t *take, s *said) {
	s.detail = true
	r := &s.record
	r.Protocol = "http"
	_, r.ProtocolVersion, _ = strings.Cut(t.text("http", "protocol"), "/")
	r.ProtocolVersion = clip(r.ProtocolVersion, maxWord)
	if t.has("http", "http2") {
		r.ProtocolVersion = "2"
	}
	verb := t.text("http", "http_method")
	authority, path := target(verb, t.text("http", "url"))
	r.HTTP = flow.HTTP{
		Method:    method(verb),
		Path:      path,
		UserAgent: agent(t.text("http", "http_user_agent")),
		BodySize:  t.contentLength(),
		Requests:  1,
	}
	r.Server = hostName(t.text("http", "hostname"))
	if r.Server == "" {
		r.Server = hostName(authority)
	}
}

// contentLength is the length that the request declared: Suricata tells it with
// dump-all-headers only. Its http.length is the answer's.
func (t *take) contentLength() int64 {
	list, ok := t.get("http", "request_headers")
	if !ok {
		return 0
	}
	fields := list.Slice()
	for i := range min(fields.Len(), mostHeaders) {
		field := fields.At(i).Map()
		name, _ := field.Get("name")
		if !strings.EqualFold(name.Str(), "content-length") {
			continue
		}
		value, _ := field.Get("value")
		n, err := strconv.ParseInt(strings.TrimSpace(value.Str()), 10, 64)
		if err != nil || n < 0 || n > maxCount {
			t.ignored++
			return 0
		}
		return n
	}
	return 0
}

func eveTLS(t *take, s *said) {
	s.detail = true
	r := &s.record
	r.Protocol = "tls"
	r.TLS = flow.TLS{Version: tlsVersion(t.text("tls", "version")).name, JA4: clip(t.text("tls", "ja4"), maxWord)}
	r.Server = hostName(t.text("tls", "sni"))
}

func eveQUIC(t *take, s *said) {
	s.detail = true
	r := &s.record
	r.Protocol = "quic"
	r.TLS.JA4 = clip(t.text("quic", "ja4"), maxWord)
	r.Server = hostName(t.text("quic", "sni"))
}

// eveDNS reads a question, in the layouts of versions 1 and 2 (one question) and
// 3 (a list, of which the first is told: there are no more in practice). Answers
// repeat it.
func eveDNS(t *take, s *said) {
	s.detail = true
	switch t.text("dns", "type") {
	case "query", "request":
	default:
		s.silent = true
		return
	}
	r := &s.record
	r.Protocol = "dns"
	question := *t
	place, name, kind := t.view, []string{"dns", "rrname"}, []string{"dns", "rrtype"}
	if list, ok := t.get("dns", "queries"); ok && list.Slice().Len() > 0 {
		place, name, kind = &view{root: list.Slice().At(0).Map()}, name[1:], kind[1:]
	}
	question.view = place
	r.DNS = flow.DNS{QuestionName: question.question(name...), QuestionType: clip(question.text(kind...), maxWord)}
	t.ignored = question.ignored
}

func eveFTP(t *take, s *said) {
	s.detail = true
	r := &s.record
	r.Protocol = "ftp"
	if command := ftpCommand(t.text("ftp", "command"), t.text("ftp", "command_data")); command != "" {
		r.FTPCommands = append(r.FTPCommands, command)
	}
}

// eveFTPData reads that a flow is a data channel. Its command stands in the
// control channel's event too.
func eveFTPData(_ *take, s *said) {
	s.detail = true
	s.record.Protocol = "ftp-data"
}

// eveTFTP reads a request: the file goes by another flow.
func eveTFTP(_ *take, s *said) {
	s.detail = true
	s.record.Protocol = "tftp"
}
