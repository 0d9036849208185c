package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// message is one request as stored.
type message struct {
	at      Place
	data    []byte // its memory is used again for the next one
	unended bool   // a line that the input ends in: whole, or cut off
}

// splitter cuts an input into messages.
type splitter interface {
	// next reads the next message into m. The error is io.EOF at the end, and a
	// *problem where the message cannot be used; only after TooLong are there more.
	next(m *message) error
}

// frameHead is the largest first byte of a frame's length: nothing that begins a
// line of text is as small, so one byte tells the two apart.
const frameHead = maxMessage >> 24

// split looks at how the input begins: lengths of four bytes, big endian, before
// each message, as the file exporter writes protobuf and compressed messages; or
// lines.
func split(name string, in *bufio.Reader, limit int) splitter {
	at := Place{Input: name}
	if head, _ := in.Peek(1); len(head) == 1 && head[0] <= frameHead {
		at.Frame = true
		return &frames{in: in, at: at, limit: limit}
	}
	return &lines{in: in, at: at, limit: limit}
}

// lines are one message a line. Blank lines are left out.
type lines struct {
	in    *bufio.Reader
	at    Place
	limit int // of a line, in bytes
	buf   []byte
	rest  []byte // of the line in buf
	last  bool   // the line has no end: the input ends in it
}

// requestHead begins every request of logs. Within one it cannot be: a string
// would have its quotes escaped.
var requestHead = []byte(`{"resourceLogs"`)

func (l *lines) next(m *message) error {
	for len(l.rest) == 0 {
		if l.last {
			return io.EOF
		}
		l.at.Number++
		m.at = l.at
		if err := l.line(); err != nil {
			return err
		}
		l.rest = bytes.TrimSpace(l.buf)
	}
	l.cut(m)
	return nil
}

// cut takes a message off the line. A writer that was killed and came back has
// gone on in the line that it had begun.
func (l *lines) cut(m *message) {
	size, unended := len(l.rest), l.last
	if i := bytes.Index(l.rest[1:], requestHead); i >= 0 {
		size, unended = i+1, true
	}
	m.at, m.unended = l.at, unended
	m.data = append(m.data[:0], l.rest[:size]...)
	l.rest = l.rest[size:]
}

// line reads one line. What the input ends in is a line all the same.
func (l *lines) line() error {
	l.buf = reuse(l.buf)
	long := false
	for {
		chunk, err := l.in.ReadSlice('\n')
		if long = long || len(l.buf)+len(chunk) > l.limit; !long {
			l.buf = append(l.buf, chunk...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return ending(err)
		}
		l.last = err != nil
		if long {
			return &problem{TooLong, fmt.Errorf("a line of more than %d bytes", l.limit)}
		}
		return nil
	}
}

// frames are messages behind their length.
type frames struct {
	in    *bufio.Reader
	at    Place
	limit int // of a message, in bytes
}

func (f *frames) next(m *message) error {
	f.at.Number++
	m.at, m.unended = f.at, false
	var head [4]byte
	switch n, err := io.ReadFull(f.in, head[:]); {
	case n == 0 && errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return ending(err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > int64(f.limit) {
		return &problem{Damaged, fmt.Errorf("a frame of %d bytes, more than %d", size, f.limit)}
	}
	// The length is the file's word: memory grows with what is really there.
	data := bytes.NewBuffer(m.data[:0])
	_, err := io.CopyN(data, f.in, int64(size))
	m.data = data.Bytes()
	if err != nil {
		return ending(err)
	}
	return nil
}

// ending is what an input that ends within a message means.
func ending(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &problem{Truncated, io.ErrUnexpectedEOF}
	}
	return &problem{Damaged, err}
}
