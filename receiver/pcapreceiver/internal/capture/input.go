package capture

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// records are a capture's frames, in one of the formats. Time is 0 where there is none.
type records interface {
	next(*Frame) error
}

// input is one capture that is being read.
type input struct {
	name    string
	window  *window
	records records
	release func()
	packets int
	untimed int
	// first is the first frame's time, 0 before it; last that of the last with a time.
	first, last int64
}

// newInput reads what stands before the first frame. buffer has windowSize bytes, last is
// the time of the frame before.
func newInput(name string, source io.Reader, buffer []byte, last int64) (*input, error) {
	in := &input{name: name, release: func() {}, last: max(last, earliest)}
	plain, release, err := decompress(source)
	if err != nil {
		return nil, in.explain(err)
	}
	if release != nil {
		in.release = release
	}
	in.window = newWindow(plain, buffer)
	if in.records, err = recognise(in.window); err != nil {
		in.release()
		return nil, in.explain(err)
	}
	return in, nil
}

func recognise(w *window) (records, error) {
	head, err := w.peek(magicSize)
	if err != nil {
		return nil, err
	}
	switch magic := binary.LittleEndian.Uint32(head); {
	case isPcap(magic):
		return newPcap(w)
	case magic == ngSection:
		return newPcapng(w)
	default:
		return nil, reject("neither pcap nor pcapng, plain, gzipped or by zstd")
	}
}

// next gives io.EOF at the end, os.ErrClosed where the source was closed, and else a
// typed error.
func (in *input) next(f *Frame) error {
	if err := in.records.next(f); err != nil {
		return in.explain(err)
	}
	in.packets++
	if f.Time < earliest {
		f.Time = in.last
		in.untimed++
	}
	in.last = f.Time
	if in.first == 0 {
		in.first = f.Time
	}
	return nil
}

func (in *input) explain(err error) error {
	end := errors.Is(err, io.EOF)
	if end && in.records != nil || errors.Is(err, os.ErrClosed) {
		return err
	}
	var offset int64
	if in.window != nil {
		offset = in.window.mark
	}
	if end || errors.Is(err, io.ErrUnexpectedEOF) {
		return &TruncatedError{Input: in.name, Packets: in.packets, Offset: offset}
	}
	var format *FormatError
	if !errors.As(err, &format) {
		format = damage(err)
	}
	format.Input, format.Packets, format.Offset = in.name, in.packets, offset
	return format
}

// close ends the input, and tells what is to be told of all of it.
func (in *input) close() error {
	in.release()
	if in.untimed > 0 {
		return &TimeError{Input: in.name, Packets: in.untimed}
	}
	return nil
}
