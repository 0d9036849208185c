package capture

import (
	"errors"
	"io"
)

// windowSize holds the longest frame with its record's header, and many short ones, so
// that moving the last one's beginning to the front is rare.
const windowSize = 2 * maxFrame

// window is a reader whose bytes are used where they lie.
type window struct {
	source io.Reader
	buffer []byte
	// buffer[start:end] is read and not consumed; start is at byte base+start of the
	// stream.
	start, end int
	base       int64
	// mark is the offset of the record that is being read.
	mark int64
	err  error // what the source ended with
}

func newWindow(source io.Reader, buffer []byte) *window {
	return &window{source: source, buffer: buffer}
}

// offset is where the next byte is in the stream.
func (w *window) offset() int64 { return w.base + int64(w.start) }

// peek gives the next n bytes, at most windowSize, and consumes none. They are valid until
// the next call. At the stream's end it gives io.EOF, or io.ErrUnexpectedEOF where some of
// the n are there.
func (w *window) peek(n int) ([]byte, error) {
	if w.end-w.start < n {
		if err := w.fill(n); err != nil {
			return nil, err
		}
	}
	return w.buffer[w.start : w.start+n], nil
}

// consume goes on by n bytes that peek has given.
func (w *window) consume(n int) { w.start += n }

func (w *window) fill(n int) error {
	w.end = copy(w.buffer, w.buffer[w.start:w.end])
	w.base += int64(w.start)
	w.start = 0
	for idle := 0; w.end < n; {
		if w.err != nil {
			return w.ended()
		}
		var got int
		got, w.err = w.source.Read(w.buffer[w.end:])
		w.end += got
		if idle++; got > 0 {
			idle = 0
		} else if idle > 100 {
			w.err = io.ErrNoProgress
		}
	}
	return nil
}

func (w *window) ended() error {
	if errors.Is(w.err, io.EOF) && w.end > 0 {
		return io.ErrUnexpectedEOF
	}
	return w.err
}

// skip goes on by n bytes, of any number.
func (w *window) skip(n int64) error {
	for n > 0 {
		if w.start == w.end {
			if _, err := w.peek(1); err != nil {
				if errors.Is(err, io.EOF) {
					return io.ErrUnexpectedEOF
				}
				return err
			}
		}
		step := min(n, int64(w.end-w.start))
		w.start += int(step)
		n -= step
	}
	return nil
}
