package dialect

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
)

const (
	maxURL     = 8192 // bytes
	maxHeaders = 128
)

// hubbleDNS reads a question: {"query": "example.com.", "qtypes": ["A"], …}.
func (t *take) hubbleDNS(r *flow.Record) {
	r.Protocol = "dns"
	r.DNS.QuestionName = t.question("l7", "dns", "query")
	types, ok := t.get("l7", "dns", "qtypes")
	if ok && types.Type() == pcommon.ValueTypeSlice && types.Slice().Len() > 0 {
		r.DNS.QuestionType = clip(types.Slice().At(0).Str(), maxWord)
	}
}

// hubbleHTTP reads a request: {"method": …, "url": …, "protocol": "HTTP/1.1",
// "headers": [{"key": …, "value": …}]}. Of the headers it reads two.
func (t *take) hubbleHTTP(r *flow.Record) {
	r.Protocol = "http"
	r.HTTP.Method = method(t.name("l7", "http", "method"))
	r.HTTP.Requests = 1
	version := strings.TrimPrefix(t.name("l7", "http", "protocol"), "HTTP/")
	if version == "2.0" { // Go's name for HTTP/2
		version = "2"
	}
	r.ProtocolVersion = clip(version, maxWord)
	url := t.text("l7", "http", "url")
	authority, path := target(r.HTTP.Method, mask.URL(url[:min(len(url), maxURL)]))
	r.HTTP.Path = path
	if host := hostName(authority); host != "" && !strings.Contains(host, "*") {
		r.Server = host
	}
	headers, ok := t.get("l7", "http", "headers")
	if !ok || headers.Type() != pcommon.ValueTypeSlice {
		return
	}
	for i := range min(headers.Slice().Len(), maxHeaders) {
		if header := headers.Slice().At(i); header.Type() == pcommon.ValueTypeMap {
			t.hubbleHeader(r, &view{root: header.Map()})
		}
	}
}

func (t *take) hubbleHeader(r *flow.Record, header *view) {
	value := header.text("value")
	switch strings.ToLower(header.text("key")) {
	case "user-agent":
		r.HTTP.UserAgent = agent(value)
	case "content-length":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || n > maxCount {
			t.ignored++
			return
		}
		r.HTTP.BodySize = n
	}
}

// maxQuestion bounds a name that was asked for, in bytes: 255 on the wire, each
// of which may be written as "\ddd" (RFC 1035 §5.1).
const maxQuestion = 4 * 255

// question is a name that was asked for: of any bytes, as a tunnel's may be.
func (t *take) question(path ...string) string {
	name := strings.TrimSuffix(t.text(path...), ".")
	if len(name) > maxQuestion {
		t.ignored++
		return ""
	}
	return strings.ToLower(name)
}
