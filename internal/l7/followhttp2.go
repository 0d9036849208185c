package l7

import "bytes"

// http2Follower reads the client's frames of a cleartext HTTP/2 connection. It
// tells every request, and of a body without declared length its size, at
// milestones and at its end. What the server sends says nothing more.
//
// Nothing of a frame is held: header blocks go to the decoder as they come, and
// of DATA only the lengths count.
type http2Follower struct {
	reader  *http2Reader // from the preface on
	opening [2]opening
	client  Direction // once the preface was seen
	begun   bool
	header  [frameHeader]byte
	have    int   // bytes of header
	frame   frame // in which the stream is, without its payload
	left    int   // bytes of the frame's payload to come
	prefix  int   // of these: what stands before the content
	content int   // of these: the content, with padding while its length is not known
	padded  bool  // the padding's length comes next
	ends    bool  // the open header block ends its stream
	streams streams
	body    int64 // largest size of a body to tell in this call
	done    bool
}

// opening compares one side's first bytes with the preface.
type opening struct {
	matched int
	other   bool // it is not the client
}

// Done says that bytes are missing, or are no HTTP/2.
func (f *http2Follower) Done() bool { return f.done }

// Follow gives up at a gap in what the client sends: the header table is lost.
func (f *http2Follower) Follow(in Input, gap bool) (Message, bool) {
	opened := f.begun
	rest, client := f.open(in, gap)
	if client {
		f.read(rest)
	}
	if f.done {
		in.Known = "http"
		return Parse(in), true
	}
	if !f.begun {
		return Message{}, false
	}
	if opened && f.reader.heads == 0 && f.body == 0 {
		return Message{}, false
	}
	m := f.reader.message()
	m.HTTP.BodySize = max(m.HTTP.BodySize, min(f.body, maxBody))
	f.reader.best, f.reader.heads, f.body = http2Request{}, 0, 0
	return m, true
}

// open finds the client by its preface, and returns its frames. Without it the
// stream was joined too late, unless its bytes are a server's first.
func (f *http2Follower) open(in Input, gap bool) (frames []byte, client bool) {
	if f.begun {
		f.done = f.done || gap && in.Direction == f.client
		return in.Payload, in.Direction == f.client && !f.done
	}
	side := &f.opening[in.Direction&1]
	if side.other || len(in.Payload) == 0 {
		return nil, false
	}
	n := min(len(preface)-side.matched, len(in.Payload))
	if gap || !bytes.Equal(in.Payload[:n], []byte(preface[side.matched:][:n])) {
		side.other = true
		f.done = gap || f.opening[1-in.Direction&1].other || !opensServer(in.Payload)
		return nil, false
	}
	side.matched += n
	if side.matched == len(preface) {
		f.begun, f.client, f.reader = true, in.Direction, newHTTP2Reader()
	}
	return in.Payload[n:], f.begun
}

// opensServer tells what a server may say before its client's preface: its
// settings, or that it agrees to HTTP/2 (RFC 7540 §3.2).
func opensServer(payload []byte) bool {
	return bytes.HasPrefix(payload, []byte("HTTP/1.")) || len(payload) < shortest || payload[3] == frameSettings
}

func (f *http2Follower) read(p []byte) {
	for len(p) > 0 && !f.done {
		if f.left > 0 {
			n := min(f.left, len(p))
			f.left -= n
			f.payload(p[:n])
			p = p[n:]
		} else {
			n := copy(f.header[f.have:], p)
			f.have += n
			p = p[n:]
			if f.have < frameHeader {
				return
			}
			f.have = 0
			f.beginFrame()
		}
		if f.left == 0 && !f.done {
			f.endFrame()
		}
		f.done = f.done || f.reader.broken
	}
}

func (f *http2Follower) beginFrame() {
	f.frame, _, _ = nextFrame(f.header[:])
	kind, flags := f.frame.kind, f.frame.flags
	f.padded = (kind == frameHeaders || kind == frameData) && flags&flagPadded != 0
	f.prefix = 0
	if f.padded {
		f.prefix = 1
	}
	if kind == frameHeaders && flags&flagPriority != 0 {
		f.prefix += 5
	}
	f.left = int(f.frame.length)
	f.content = f.left - f.prefix
	switch block := f.reader.stream; {
	case f.content < 0, kind == frameContinuation && f.frame.stream != block, kind != frameContinuation && block != 0:
		f.done = true // nothing comes within a header block but its continuation
	case kind == frameHeaders && f.frame.stream == 0:
		f.done = true
	case kind == frameHeaders:
		f.ends = flags&flagEndStream != 0
		f.reader.stream = f.frame.stream
		f.reader.current.body.chunked = !f.ends
	case kind == frameReset:
		f.streams.end(f.frame.stream)
	}
}

// payload takes part of a frame's payload.
func (f *http2Follower) payload(p []byte) {
	if f.padded {
		f.padded = false
		f.content -= int(p[0])
		f.done = f.content < 0
	}
	n := min(f.prefix, len(p))
	f.prefix -= n
	p = p[n:]
	n = min(max(f.content, 0), len(p))
	f.content -= n
	switch f.frame.kind {
	case frameHeaders, frameContinuation:
		f.reader.fragment(p[:n], 0)
	case frameData:
		f.body = max(f.body, f.streams.grow(f.frame.stream, int64(n)))
	}
}

func (f *http2Follower) endFrame() {
	switch {
	case f.frame.kind == frameData && f.frame.flags&flagEndStream != 0:
		f.body = max(f.body, f.streams.end(f.frame.stream))
	case f.reader.stream != 0 && f.frame.flags&flagEndHeaders != 0:
		f.endBlock()
	}
}

// endBlock ends a request's head, or trailers.
func (f *http2Follower) endBlock() {
	request := f.reader.finish()
	switch {
	case f.ends:
		f.body = max(f.body, f.streams.end(f.frame.stream))
	case request.isRequest() && request.body.chunked:
		f.streams.open(f.frame.stream)
	}
}
