package l7

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const curlPut = "PUT /upload HTTP/1.1\r\nHost: external-server.com\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nContent-Length: 3221225472\r\nExpect: 100-continue\r\n\r\n"

func http1(method, server, path string, size int64) Message {
	return Message{Protocol: "http", Version: "1.1", Server: server, HTTP: HTTPRequest{Method: method, Path: path, BodySize: size}}
}

func TestHTTP1(t *testing.T) {
	curl := http1("PUT", "external-server.com", "/upload", 3221225472)
	curl.HTTP.UserAgent = "curl/7.88.1"
	chunked := http1("POST", "h.example", "/up", 0)
	chunked.HTTP.Chunked = true
	old := http1("GET", "", "/", 0)
	old.Version = "1.0"
	cut := http1("PUT", "", "/a", 0)
	cut.cut = true
	third, second := http1("PUT", "", "/3", 900), http1("PUT", "", "/2", 8)
	third.HTTP.More, second.HTTP.More = 2, 1
	for name, test := range map[string]struct {
		sample string
		want   Message
	}{
		"curl's PUT":          {curlPut, curl},
		"bare":                {"GET / HTTP/1.0\r\n\r\n", old},
		"bare line feeds":     {"PUT /a HTTP/1.1\nHost: H.Example:8080\nContent-Length: 7\n\nabcdefg", http1("PUT", "h.example", "/a", 7)},
		"empty lines before":  {"\r\n\r\nGET /a HTTP/1.1\r\n\r\n", http1("GET", "", "/a", 0)},
		"absolute form":       {"PUT http://user:secret@Far.Example:8080/p/q?token=1#f HTTP/1.1\r\nHost: proxy\r\n\r\n", http1("PUT", "far.example", "/p/q", 0)},
		"query":               {"GET /a?password=secret HTTP/1.1\r\nHost: u:p@h:1\r\n\r\n", http1("GET", "h", "/a", 0)},
		"IPv6 host":           {"GET /a HTTP/1.1\r\nHost: [2001:DB8::1]:8080\r\n\r\n", http1("GET", "2001:db8::1", "/a", 0)},
		"CONNECT":             {"CONNECT far.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", http1("CONNECT", "far.example", "", 0)},
		"WebDAV":              {"PROPFIND /d HTTP/1.1\r\nHost: h\r\n\r\n", http1("PROPFIND", "h", "/d", 0)},
		"its own method":      {"UPLOAD /d HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", http1("UPLOAD", "h", "/d", 5)},
		"lower case method":   {"put /d HTTP/1.1\r\nHost: h\r\n\r\n", http1("PUT", "h", "/d", 0)},
		"chunked":             {"POST /up HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 5\r\n\r\n", chunked},
		"equal lengths":       {"PUT /a HTTP/1.1\r\nContent-Length: 5, 5\r\nContent-Length : 5\r\n\r\n", http1("PUT", "", "/a", 5)},
		"conflicting lengths": {"PUT /a HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", http1("PUT", "", "/a", 0)},
		"negative length":     {"PUT /a HTTP/1.1\r\nContent-Length: -5\r\n\r\n", http1("PUT", "", "/a", 0)},
		"overflowing length":  {"PUT /a HTTP/1.1\r\nContent-Length: 18446744073709551621\r\n\r\n", http1("PUT", "", "/a", 0)},
		"absurd length":       {"PUT /a HTTP/1.1\r\nContent-Length: 1125899906842625\r\n\r\n", http1("PUT", "", "/a", 0)},
		"largest length":      {"PUT /a HTTP/1.1\r\nContent-Length: 1125899906842624\r\n\r\n", http1("PUT", "", "/a", 1<<50)},
		"pipelined":           {"GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nabPUT /3 HTTP/1.1\r\nContent-Length: 900\r\n\r\nGET /4 HTTP/1.1\r\nContent-Length: 9999\r\n\r\n", third},
		"behind chunks":       {"POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\nPUT /2 HTTP/1.1\r\nContent-Length: 8\r\n\r\n", second},
		"cut length":          {"PUT /a HTTP/1.1\r\nContent-Length: 50", cut},
		"control characters":  {"GET /a\x1b[1m\xff HTTP/1.1\r\nHost: h\x00i\r\n\r\n", http1("GET", "", "/a\uFFFD[1m\uFFFD", 0)},
		"long path":           {"GET /" + strings.Repeat("a", 400) + " HTTP/1.1\r\n\r\n", http1("GET", "", "/"+strings.Repeat("a", 255), 0)},
		"bot token":           {"POST /bot12345:AAHsecret/sendDocument HTTP/1.1\r\n\r\n", http1("POST", "", "/****/sendDocument", 0)},
		"response":            {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", http1("", "", "", 0)},
		"switch to h2c":       {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", Message{Protocol: "http", Version: "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Payload: []byte(test.sample)}
			assert.Equal(t, test.want, Parse(in))
			checkTruncated(t, in, "http")
		})
	}
}

func TestNotHTTP1(t *testing.T) {
	for _, sample := range []string{
		"", "GET", "GET ", "GET x", "GET /x SIP/2.0\r\n", "OPTIONS rtsp:h RTSP/1.0\r\n", "HTTP/1.", "HTTP/2 200\r\n",
		"hello world", "FOO /cut", "PRI * HTTP/2.0\r\n",
	} {
		_, told := parseHTTP1(Input{Payload: []byte(sample)})
		assert.False(t, told, "%q", sample)
	}
	_, told := parseHTTP1(Input{Payload: []byte(curlPut), UDP: true})
	assert.False(t, told)
}

// A target longer than the sample: what is there is told, and nothing that may
// be half a secret.
func TestHTTP1CutTarget(t *testing.T) {
	m := Parse(Input{Payload: []byte("POST /a/" + strings.Repeat("b", MaxSample))})
	assert.Equal(t, "POST", m.HTTP.Method)
	assert.Len(t, m.HTTP.Path, maxPath)
	m = Parse(Input{Payload: []byte("GET http://user:secr")})
	assert.Equal(t, Message{Protocol: "http", HTTP: HTTPRequest{Method: "GET"}, cut: true}, m)
}

func TestKnownKeepsContentFromPosing(t *testing.T) {
	for known, sample := range map[string]string{"ssh": curlPut, "tls": curlPut, "dns": "USER bob\r\n", "http": "220 FTP\r\n"} {
		assert.Equal(t, Message{}, Parse(Input{Payload: []byte(sample), Known: known, RemotePort: 21}), known)
	}
}

func TestMessageHoldsNoSampleMemory(t *testing.T) {
	sample := []byte(curlPut)
	m := Parse(Input{Payload: sample})
	copy(sample, bytes.Repeat([]byte("!"), len(sample)))
	assert.Equal(t, "/upload", m.HTTP.Path)
	assert.Equal(t, "external-server.com", m.Server)
	assert.Equal(t, "curl/7.88.1", m.HTTP.UserAgent)
}

func BenchmarkHTTP1(b *testing.B) { benchmark(b, Input{Payload: []byte(curlPut)}) }

// benchmark measures one sample through the whole of Parse.
func benchmark(b *testing.B, in Input) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(int64(len(in.Payload)))
	for b.Loop() {
		Parse(in)
	}
}
