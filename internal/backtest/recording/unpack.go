package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// readAhead is the buffer before a file's contents are looked at, in bytes.
const readAhead = 256 << 10

var (
	gzipMagic = []byte{0x1f, 0x8b}             // RFC 1952 §2.3.1
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd} // RFC 8878 §3.1.1
)

// raw is an input as stored: it counts, and remembers an error of the medium,
// which no decompressor may take for damage.
type raw struct {
	r     io.Reader
	bytes int64
	err   error
}

func (r *raw) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// unpack decompresses what begins as gzip or zstd do, whatever its name. The
// function returned ends the decompressor.
func unpack(r io.Reader) (*bufio.Reader, func(), error) {
	in := bufio.NewReaderSize(r, readAhead)
	head, _ := in.Peek(len(zstdMagic)) // a short file is no error
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, readAhead), func() {}, nil
	case bytes.Equal(head, zstdMagic):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxMessage))
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, readAhead), z.Close, nil
	default:
		return in, func() {}, nil
	}
}
