package l7

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNextRequest(t *testing.T) {
	const get, put = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PUT / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
	for name, test := range map[string]struct {
		sample string
		at     int64
		known  bool
	}{
		"no content":         {get, int64(len(get)), true},
		"content to come":    {put + "abc", int64(len(put)) + 1000, true},
		"the last's content": {get + get + put, int64(2*len(get)+len(put)) + 1000, true},
		"the next is cut":    {get + "PUT / HTTP/1.1\r\nCont", int64(len(get)), true},
		"a word begins":      {get + "UPLO", int64(len(get)), true},
		"the first is cut":   {"PUT / HTTP/1.1\r\nCont", 0, false},
		"chunked":            {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 0, false},
		"two lengths":        {"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 0, false},
		"nothing":            {"", 0, false},
		"another protocol":   {get + "\x16\x03\x01", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			at, known := NextRequest([]byte(test.sample))
			assert.Equal(t, test.known, known)
			if known {
				assert.Equal(t, test.at, at)
			}
		})
	}
}

// Empty lines before a request (RFC 9112 §2.2) are waited behind, however many.
func TestEmptyLinesAreWaitedBehind(t *testing.T) {
	for _, lines := range []string{"\r\n", strings.Repeat("\r\n", 50), "\r\n\r\nPU", strings.Repeat("\n", 30) + "PROPFIN"} {
		in := Input{Payload: []byte(lines)}
		m := Parse(in)
		assert.True(t, Incomplete(in, &m), "%q", lines)
	}
}

func FuzzNextRequest(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\nPUT / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nab"))
	f.Add([]byte("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, sample []byte) {
		at, known := NextRequest(sample)
		assert.True(t, at >= 0 && at <= maxBody+int64(len(sample)))
		assert.True(t, !known || at > 0)
	})
}
