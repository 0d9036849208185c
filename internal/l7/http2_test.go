package l7

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2/hpack"
)

// h2 writes frames as a client does, with the HPACK state of one connection.
type h2 struct {
	bytes.Buffer
	block   bytes.Buffer
	encoder *hpack.Encoder
}

func newH2() *h2 {
	c := &h2{}
	c.encoder = hpack.NewEncoder(&c.block)
	return c
}

func (c *h2) frame(kind, flags byte, stream uint32, payload []byte) {
	c.Write(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))[1:])
	c.Write([]byte{kind, flags})
	c.Write(binary.BigEndian.AppendUint32(nil, stream))
	c.Write(payload)
}

func (c *h2) fields(pairs ...string) []byte {
	c.block.Reset()
	for i := 0; i < len(pairs); i += 2 {
		_ = c.encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return bytes.Clone(c.block.Bytes())
}

func (c *h2) put(stream uint32, path, length string) {
	c.frame(frameHeaders, flagEndHeaders, stream, c.fields(":method", "PUT", ":scheme", "http",
		":authority", "H.Example:8080", ":path", path, "user-agent", "curl/7.88.1", "content-length", length))
}

func (c *h2) open() {
	c.WriteString(preface)
	c.frame(frameSettings, 0, 0, []byte{0, 3, 0, 0, 0, 100, 0, 4, 2, 0, 0, 0})
	c.frame(frameWindow, 0, 0, []byte{1, 0, 0, 0})
}

func http2Put(path string, size int64) Message {
	return Message{Protocol: "http", Version: "2", Server: "h.example", HTTP: HTTPRequest{
		Method: "PUT", Path: path, UserAgent: "curl/7.88.1", BodySize: size}}
}

func TestHTTP2(t *testing.T) {
	c := newH2()
	c.open()
	c.put(1, "/up?token=secret", "3221225472")
	c.frame(frameData, 0, 1, bytes.Repeat([]byte("x"), 100))
	in := Input{Payload: bytes.Clone(c.Bytes())}
	assert.Equal(t, http2Put("/up", 3221225472), Parse(in))
	checkTruncated(t, in, "http")

	c.Reset()
	c.put(3, "/small", "5")
	c.put(5, "/next", "6000000")
	in = Input{Payload: c.Bytes(), Known: "http"}
	m := Parse(in)
	assert.Equal(t, HTTPRequest{Path: "/next", BodySize: 6000000, More: 1}, m.HTTP, "a later turn: what is in the lost table stays unknown")
	assert.Empty(t, m.Server)
	checkTruncated(t, in, "http")
}

func TestHTTP2Bodies(t *testing.T) {
	post := func(flags byte, more ...string) HTTPRequest {
		c := newH2()
		c.open()
		c.frame(frameHeaders, flagEndHeaders|flags, 1, c.fields(append([]string{":method", "POST", ":path", "/"}, more...)...))
		return Parse(Input{Payload: c.Bytes()}).HTTP
	}
	assert.Equal(t, HTTPRequest{Method: "POST", Path: "/", Chunked: true}, post(0))
	assert.Equal(t, HTTPRequest{Method: "POST", Path: "/"}, post(flagEndStream))
	assert.Equal(t, HTTPRequest{Method: "POST", Path: "/", BodySize: 7}, post(0, "content-length", "7"))
	assert.Equal(t, HTTPRequest{Method: "POST", Path: "/", Chunked: true}, post(0, "content-length", "-7"))
}

func TestHTTP2PaddingPriorityContinuation(t *testing.T) {
	c := newH2()
	c.open()
	block := c.fields(":method", "PUT", ":authority", "h.example", ":path", "/p", "user-agent", "curl/7.88.1", "content-length", "9")
	first := append([]byte{3, 0, 0, 0, 0, 15}, block[:10]...)
	c.frame(frameHeaders, flagPadded|flagPriority, 1, append(first, 0, 0, 0))
	c.frame(frameContinuation, 0, 1, block[10:12])
	c.frame(frameContinuation, flagEndHeaders, 1, block[12:])
	in := Input{Payload: c.Bytes()}
	assert.Equal(t, http2Put("/p", 9), Parse(in))
	checkTruncated(t, in, "http")
}

func TestHTTP2Server(t *testing.T) {
	c := newH2()
	c.frame(frameSettings, 0, 0, []byte{0, 3, 0, 0, 0, 100})
	c.frame(frameSettings, 1, 0, nil)
	c.frame(frameHeaders, flagEndHeaders, 1, c.fields(":status", "200"))
	in := Input{Payload: c.Bytes(), Direction: Ingress}
	assert.Equal(t, Message{Protocol: "http", Version: "2"}, Parse(in))
	checkTruncated(t, in, "http")
}

func TestNotHTTP2(t *testing.T) {
	for _, sample := range []string{
		"", "PRI", "\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"\x00\x00\x06\x04\x00\x00\x00\x00\x01\x00\x03\x00\x00\x00\x64",
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		_, told := parseHTTP2(Input{Payload: []byte(sample)})
		assert.False(t, told, "%q", sample)
	}
}

func BenchmarkHTTP2(b *testing.B) {
	c := newH2()
	c.open()
	c.put(1, "/upload", "3221225472")
	benchmark(b, Input{Payload: c.Bytes()})
}
