package tracker_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	get = "GET /index?token=secret HTTP/1.1\r\nHost: www.example\r\nUser-Agent: curl/8\r\n\r\n"
	put = "PUT /upload HTTP/1.1\r\nHost: up.example\r\nUser-Agent: curl/8\r\nContent-Length: 1048576\r\n\r\n"
)

// A head that announces a body is told at once, its size once.
func TestUploadIsToldAtOnce(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t, says(web, put), moved(web, 1000), ended(web, 500))
	require.Len(t, records, 3)
	head := records[0]
	assert.Equal(t, int64(boot+2e9), head.Time)
	assert.Zero(t, head.Bytes)
	assert.Equal(t, flow.EndActiveTimeout, head.EndReason)
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/upload", UserAgent: "curl/8", BodySize: 1 << 20, Requests: 1}, head.HTTP)
	for _, r := range records {
		assert.Equal(t, "http", r.Protocol)
		assert.Equal(t, "1.1", r.ProtocolVersion)
		assert.Equal(t, "up.example", r.Server)
		assert.Equal(t, "PUT", r.HTTP.Method)
	}
	assert.Zero(t, records[1].HTTP.BodySize)
	assert.Zero(t, records[2].HTTP.BodySize)
}

func TestOtherRequestsWait(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	for name, head := range map[string]string{
		"no body":    get,
		"small body": strings.Replace(put, "1048576", "65535", 1),
	} {
		t.Run(name, func(t *testing.T) {
			records := newScene(t).run(t, says(web, head), ended(web, 100))
			require.Len(t, records, 1)
			assert.Equal(t, flow.EndOfFlow, records[0].EndReason)
			assert.NotContains(t, records[0].HTTP.Path, "secret")
		})
	}
}

func TestChunkedUploadIsToldAtOnce(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	head := strings.Replace(put, "Content-Length: 1048576", "Transfer-Encoding: chunked", 1)
	records := newScene(t).run(t, says(web, head), moved(web, 1))
	require.Len(t, records, 2)
	assert.Equal(t, "PUT", records[0].HTTP.Method)
}

func TestKeepAlive(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t,
		says(web, get), hears(web, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), moved(web, 100),
		says(web, put), moved(web, 1000), ended(web, 0))
	require.Len(t, records, 4)
	assert.Equal(t, "GET", records[0].HTTP.Method)
	assert.Equal(t, "www.example", records[0].Server)
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/upload", UserAgent: "curl/8", BodySize: 1 << 20, Requests: 1}, records[1].HTTP)
	assert.Equal(t, "up.example", records[2].Server)
}

// Of two requests between reports the larger body is said.
func TestLargerBody(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t,
		says(web, strings.Replace(put, "1048576", "60000", 1)),
		says(web, strings.Replace(put, "1048576", "10", 1)), ended(web, 1))
	require.Len(t, records, 1)
	assert.EqualValues(t, 60000, records[0].HTTP.BodySize)
	assert.EqualValues(t, 2, records[0].HTTP.Requests)
}

// What an upload contains is not taken for another protocol.
func TestBodyDoesNotPose(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t, says(web, put), says(web, "STOR innocent.txt\r\n"), ended(web, 1))
	require.Len(t, records, 2)
	assert.Equal(t, "http", records[1].Protocol)
	assert.Empty(t, records[1].FTPCommands)
}

func TestHTTP2(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t, says(web, http2Head(t)), ended(web, 1))
	require.Len(t, records, 2)
	assert.Equal(t, "2", records[0].ProtocolVersion)
	assert.Equal(t, "up.example", records[0].Server)
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/upload", UserAgent: "curl/8", BodySize: 1 << 20, Requests: 1}, records[0].HTTP)
}

// http2Head is a client's preface, its settings and one request (RFC 9113 3.4).
func http2Head(t testing.TB) string {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", "PUT"}, {":scheme", "http"}, {":authority", "up.example"},
		{":path", "/upload"}, {"user-agent", "curl/8"}, {"content-length", "1048576"}} {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	frame := func(kind, flags byte, stream uint32, payload []byte) []byte {
		f := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
		f = binary.BigEndian.AppendUint32(append(f, flags), stream)
		return append(f, payload...)
	}
	head := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, nil)...)
	return string(append(head, frame(1, 4, 1, block.Bytes())...))
}
