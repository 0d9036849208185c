package l7

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// preface opens a cleartext HTTP/2 connection (RFC 9113 §3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// maxHeaderTable is the largest HPACK table that a client may use, in bytes:
// four times what it may use without being asked to.
const maxHeaderTable = 16 << 10

// parseHTTP2 tells cleartext HTTP/2: a client's preface, a server's SETTINGS,
// and later turns of a flow known as http. Of several requests it tells the one
// with the largest declared body.
func parseHTTP2(in Input) (Message, bool) {
	if in.UDP {
		return Message{}, false
	}
	frames, opens := bytes.CutPrefix(in.Payload, []byte(preface))
	switch {
	case opens:
	case isPrefaceStart(in.Payload):
		return Message{Protocol: "http", Version: "2", cut: true}, true
	case !isFrames(frames, !in.fresh()):
		return Message{}, false
	}
	r := newHTTP2Reader()
	if !opens {
		r.assumeFullTable()
	}
	r.read(frames)
	r.cut = r.cut || opens && r.heads == 0 && !r.broken // the client's settings come alone
	return r.message(), true
}

// isPrefaceStart tells a sample that ends within the preface.
func isPrefaceStart(sample []byte) bool {
	return len(sample) >= len("PRI * HTTP/2.0") && bytes.HasPrefix([]byte(preface), sample)
}

// http2Reader reads the header blocks of one sample's frames.
type http2Reader struct {
	decoder *hpack.Decoder
	current http2Request
	best    http2Request
	stream  uint32 // whose header block is open; 0 for none
	broken  bool   // the block could not be decoded: nothing after it can
	heads   int    // requests read
	cut     bool   // the sample ends within a frame that may tell of a request
}

type http2Request struct {
	HTTPRequest
	authority, host, path, agent string
	body                         body
}

func newHTTP2Reader() *http2Reader {
	r := &http2Reader{}
	r.decoder = hpack.NewDecoder(4096, func(field hpack.HeaderField) { r.current.field(field) })
	r.decoder.SetAllowedMaxDynamicTableSize(maxHeaderTable)
	r.decoder.SetMaxStringLength(MaxSample)
	return r
}

// assumeFullTable stands nameless entries in for those that earlier turns put
// into the HPACK table and this sample cannot know. New entries go in front, so
// what refers to them is right, and what refers to a missing one says nothing.
func (r *http2Reader) assumeFullTable() {
	entry := []byte{0x40, 0, 0} // literal, indexed, empty name and value: 32 bytes of table
	_, _ = r.decoder.Write(bytes.Repeat(entry, 4096/32))
	_ = r.decoder.Close()
}

func (r *http2Reader) read(sample []byte) {
	for !r.broken {
		f, rest, found := nextFrame(sample)
		if !found {
			r.cut = r.cut || len(sample) > 0
			break
		}
		r.frame(f)
		sample = rest
	}
	r.cut = r.cut || !r.broken && r.stream != 0
	r.finish()
}

func (r *http2Reader) frame(f frame) {
	if f.kind == frameHeaders || f.kind == frameContinuation {
		r.cut = len(f.payload) < int(f.length)
	}
	switch {
	case f.kind == frameHeaders:
		r.finish()
		r.stream = f.stream
		r.current.body.chunked = f.flags&flagEndStream == 0
		r.fragment(f.headerBlock(), f.flags)
	case f.kind == frameContinuation && f.stream == r.stream && r.stream != 0:
		r.fragment(f.payload, f.flags)
	}
}

func (r *http2Reader) fragment(block []byte, flags byte) {
	if _, err := r.decoder.Write(block); err != nil {
		r.broken = true
	}
	if flags&flagEndHeaders != 0 {
		r.finish()
	}
}

// finish ends the open block and returns what it asks for.
func (r *http2Reader) finish() http2Request {
	if err := r.decoder.Close(); err != nil {
		r.broken = true
	}
	r.current.settle()
	if r.current.isRequest() {
		if r.heads == 0 || r.current.body.outweighs(&r.best.body) {
			r.best = r.current
		}
		r.heads++
	}
	ended := r.current
	r.current, r.stream = http2Request{}, 0
	return ended
}

func (r *http2Reader) message() Message {
	authority := r.best.authority
	if authority == "" {
		authority = r.best.host
	}
	m := Message{Protocol: "http", Version: "2", Server: hostName(authority), HTTP: r.best.HTTPRequest, cut: r.cut}
	m.HTTP.More = max(0, r.heads-1)
	return m
}

// field takes one header field. Strings from hpack are the decoder's copies.
func (r *http2Request) field(f hpack.HeaderField) {
	switch f.Name {
	case ":method":
		if isToken([]byte(f.Value)) && len(f.Value) <= maxMethod {
			r.Method = f.Value
		}
	case ":authority":
		r.authority = short(f.Value)
	case "host":
		r.host = short(f.Value)
	case ":path":
		r.path = short(f.Value)
	case "user-agent":
		r.agent = short(f.Value)
	case "content-length":
		r.body.declare(f.Value)
	}
}

// short keeps of a value what can be told of it, and not the memory of the rest.
func short(value string) string {
	if len(value) <= maxAuthority {
		return value
	}
	return strings.Clone(value[:maxAuthority+1])
}

// isRequest tells a request from trailers and responses. The method may be in
// the lost part of the table (PUT has no static entry); the path is enough then.
func (r *http2Request) isRequest() bool { return r.Method != "" || r.path != "" }

// settle decides what is told, once a block however often it repeats a field.
// Without END_STREAM content follows, and its length is declared or not.
func (r *http2Request) settle() {
	r.Path, r.UserAgent = cleanPath(r.path), cleanAgent(r.agent)
	if r.body.declared && !r.body.invalid {
		r.body.chunked = false
	}
	r.BodySize, r.Chunked = r.body.length(), r.body.chunked
}
