package l7

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// realHTTP2 returns what a real client writes that makes these requests on one
// connection.
func realHTTP2(t testing.TB, requests ...*http.Request) string {
	var cleartext http.Protocols
	cleartext.SetUnencryptedHTTP2(true)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	server.Config.Protocols = &cleartext
	server.Start()
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	client := &recorder{Conn: connection}
	transport := &http.Transport{Protocols: &cleartext, DialContext: func(context.Context, string, string) (net.Conn, error) {
		return client, nil
	}}
	for _, request := range requests {
		response, err := transport.RoundTrip(request)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
		require.NoError(t, response.Body.Close())
	}
	require.NoError(t, connection.Close())
	return string(client.bytes())
}

func ask(t testing.TB, method, path string, body io.Reader) *http.Request {
	r, err := http.NewRequest(method, "http://Far.Example:8080"+path, body)
	require.NoError(t, err)
	r.Header.Set("User-Agent", "curl/7.88.1")
	return r
}

// undeclared hides a body's length.
func undeclared(size int) io.Reader {
	return io.MultiReader(strings.NewReader(strings.Repeat("x", size)))
}

func TestFollowHTTP2RealClient(t *testing.T) {
	written := realHTTP2(t,
		ask(t, "PUT", "/declared?token=secret", strings.NewReader(strings.Repeat("x", 70000))),
		ask(t, "GET", "/small", nil),
		ask(t, "POST", "/undeclared", undeclared(150000)),
		ask(t, "PUT", "/again", undeclared(3000)))
	for _, n := range []int{1, 2, 9, 100, 1460, 16384, len(written)} {
		f := NewFollower("http", "2")
		requests := 0
		paths := map[string]HTTPRequest{}
		var undeclared []int64
		for _, m := range follow(t, f, n, turn{Egress, written}) {
			assert.Equal(t, "http", m.Protocol)
			if m.HTTP.Path != "" {
				requests += 1 + m.HTTP.More
				paths[m.HTTP.Path] = m.HTTP
				assert.Equal(t, "far.example", m.Server)
			} else if m.HTTP.BodySize > 0 {
				undeclared = append(undeclared, m.HTTP.BodySize)
			}
		}
		assert.False(t, f.Done())
		assert.Equal(t, 4, requests, "in pieces of %d", n)
		if n > 10 {
			continue
		}
		assert.Equal(t, HTTPRequest{Method: "PUT", Path: "/declared", UserAgent: "curl/7.88.1", BodySize: 70000}, paths["/declared"])
		assert.Equal(t, HTTPRequest{Method: "GET", Path: "/small", UserAgent: "curl/7.88.1"}, paths["/small"])
		assert.Equal(t, HTTPRequest{Method: "POST", Path: "/undeclared", UserAgent: "curl/7.88.1", Chunked: true}, paths["/undeclared"])
		assert.Equal(t, HTTPRequest{Method: "PUT", Path: "/again", UserAgent: "curl/7.88.1", Chunked: true}, paths["/again"])
		require.Len(t, undeclared, 4)
		assert.InDelta(t, firstMilestone, undeclared[0], float64(n))
		assert.Equal(t, []int64{150000, 3000}, undeclared[2:])
	}
}

func TestFollowHTTP2Frames(t *testing.T) {
	c := newH2()
	c.open()
	block := c.fields(":method", "PUT", ":authority", "h.example", ":path", "/p", "user-agent", "curl/7.88.1")
	first := append([]byte{3, 0, 0, 0, 0, 15}, block[:10]...)
	c.frame(frameHeaders, flagPadded|flagPriority, 1, append(first, 0, 0, 0))
	c.frame(frameContinuation, 0, 1, block[10:12])
	c.frame(frameContinuation, 0, 1, nil)
	c.frame(frameContinuation, flagEndHeaders, 1, block[12:])
	c.put(3, "/declared", "5")
	c.frame(frameData, flagPadded, 1, append([]byte{100}, make([]byte, 100+900)...))
	c.frame(framePing, 0, 0, make([]byte, 8))
	c.frame(0xfa, 0xff, 77, []byte("unknown"))
	c.frame(frameData, flagEndStream, 3, make([]byte, 5))
	c.frame(frameData, 0, 1, make([]byte, 99))
	c.frame(frameHeaders, flagEndHeaders|flagEndStream, 1, c.fields("trailer", "x"))
	c.frame(frameData, flagEndStream, 1, make([]byte, 5000))
	want := http2Put("/p", 0)
	want.HTTP.Chunked = true
	for n := 1; n < 30; n++ {
		told := follow(t, NewFollower("http", "2"), n, turn{Ingress, "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"}, turn{Egress, c.String()})
		require.Len(t, told, 4, "in pieces of %d", n)
		assert.Equal(t, Message{Protocol: "http", Version: "2"}, told[0])
		assert.Equal(t, want, told[1])
		assert.Equal(t, http2Put("/declared", 5), told[2])
		assert.Equal(t, HTTPRequest{BodySize: 999}, told[3].HTTP, "without padding, once")
	}
}

func TestFollowHTTP2GivesUp(t *testing.T) {
	opened := newH2()
	opened.open()
	for name, spoil := range map[string]func(c *h2){
		"interrupted block": func(c *h2) { c.frame(frameHeaders, 0, 1, nil); c.frame(framePing, 0, 0, make([]byte, 8)) },
		"other's block":     func(c *h2) { c.frame(frameHeaders, 0, 1, nil); c.frame(frameContinuation, flagEndHeaders, 3, nil) },
		"no block":          func(c *h2) { c.frame(frameContinuation, flagEndHeaders, 1, nil) },
		"no stream":         func(c *h2) { c.frame(frameHeaders, flagEndHeaders, 0, nil) },
		"padding":           func(c *h2) { c.frame(frameData, flagPadded, 1, []byte{9, 1, 2}) },
		"no padding":        func(c *h2) { c.frame(frameData, flagPadded, 1, nil) },
		"bad reference":     func(c *h2) { c.frame(frameHeaders, flagEndHeaders, 1, []byte{0xff, 0xff, 1}) },
		"large table":       func(c *h2) { c.frame(frameHeaders, flagEndHeaders, 1, []byte{0x3f, 0xe1, 0xff, 0x03}) },
		"cut block":         func(c *h2) { c.frame(frameHeaders, flagEndHeaders, 1, []byte{0x40, 0x05, 'a'}) },
		"long string": func(c *h2) {
			c.frame(frameHeaders, 0, 1, append([]byte{0x40, 0x7f, 0x81, 0xff, 0x02}, make([]byte, 40000)...))
		},
	} {
		c := newH2()
		c.open()
		spoil(c)
		f := NewFollower("http", "2")
		follow(t, f, 11, turn{Egress, c.String()})
		assert.True(t, f.Done(), name)
	}

	f := NewFollower("http", "2")
	follow(t, f, 11, turn{Egress, opened.String()})
	_, _ = f.Follow(Input{Payload: []byte("x"), Direction: Ingress}, true)
	assert.False(t, f.Done(), "the server's side is not read")
	m, news := f.Follow(Input{Payload: opened.Bytes()}, true)
	assert.True(t, f.Done() && news, "the header table is lost")
	assert.Equal(t, "2", m.Version, "a sample tells what it can")

	f = NewFollower("http", "2")
	c := newH2()
	c.put(1, "/late", "5")
	m, news = f.Follow(Input{Payload: c.Bytes()}, false)
	assert.True(t, f.Done() && news, "joined too late")
	assert.EqualValues(t, 5, m.HTTP.BodySize, "a sample tells what it can")

	f = NewFollower("http", "2")
	follow(t, f, 99, turn{Ingress, "HTTP/1.1 200 OK\r\n"}, turn{Egress, "GET / HTTP/1.1\r\n\r\n"})
	assert.True(t, f.Done(), "nobody is the client")
}

// A flood of streams does not hide the one that carries most.
func TestFollowHTTP2ManyStreams(t *testing.T) {
	c := newH2()
	c.open()
	post := func(stream uint32) {
		c.frame(frameHeaders, flagEndHeaders, stream, c.fields(":method", "POST", ":path", "/x"))
		c.frame(frameData, 0, stream, make([]byte, 1+stream%7))
	}
	post(1)
	c.frame(frameData, 0, 1, make([]byte, 9000))
	for stream := uint32(3); stream < 1000; stream += 2 {
		post(stream)
	}
	c.frame(frameReset, 0, 999, make([]byte, 4))
	c.frame(frameData, flagEndStream, 1, nil)
	f := &http2Follower{}
	told := follow(t, f, 100, turn{Egress, c.String()})
	assert.EqualValues(t, 9002, told[len(told)-1].HTTP.BodySize)
	assert.Len(t, f.streams, maxStreams-2)
	checkBounds(t, f)
}

func BenchmarkFollowHTTP2Request(b *testing.B) {
	f := NewFollower("http", "2")
	c := newH2()
	c.open()
	c.put(1, "/upload", "5")
	f.Follow(Input{Payload: c.Bytes()}, false)
	c.Reset()
	c.put(3, "/upload", "5")
	again := Input{Payload: bytes.Clone(c.Bytes())}
	b.ReportAllocs()
	for b.Loop() {
		f.Follow(again, false)
	}
	require.False(b, f.Done())
}

func BenchmarkFollowHTTP2Data(b *testing.B) {
	c := newH2()
	c.open()
	c.frame(frameHeaders, flagEndHeaders, 1, c.fields(":method", "POST", ":path", "/x"))
	f := NewFollower("http", "2")
	f.Follow(Input{Payload: c.Bytes()}, false)
	c.Reset()
	c.frame(frameData, 0, 1, make([]byte, 1400))
	data := Input{Payload: c.Bytes()}
	b.ReportAllocs()
	b.SetBytes(1409)
	for b.Loop() {
		f.Follow(data, false)
	}
	require.False(b, f.Done())
}

func FuzzFollowHTTP2(f *testing.F) {
	c := newH2()
	c.open()
	c.put(1, "/declared", "5")
	c.frame(frameHeaders, flagEndHeaders, 3, c.fields(":method", "POST", ":path", "/x"))
	c.frame(frameData, flagEndStream|flagPadded, 3, []byte{1, 2, 3, 4})
	fuzzFollower(f, func() Follower { return &http2Follower{} }, c.String(), preface)
}
