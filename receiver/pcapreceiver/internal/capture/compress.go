package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdWindow is the most that a zstd frame may ask to be remembered: what RFC 8878
// §3.1.1.1.2 asks decoders to support, and the compressor's levels up to 19 need.
const zstdWindow = 8 << 20

// The first four bytes of compressed data, little endian (RFC 1952 §2.3.1, RFC 8878 §3.1).
const (
	gzipMagic    = 0x088b1f
	gzipMask     = 0xffffff
	zstdMagic    = 0xfd2fb528
	zstdSkip     = 0x184d2a50
	zstdSkipMask = 0xfffffff0
	magicSize    = 4
)

// decompress gives the stream's content, whichever way it is compressed, and what is to
// be closed after it.
func decompress(source io.Reader) (io.Reader, func(), error) {
	var head [magicSize]byte
	n, err := io.ReadFull(source, head[:])
	if err == io.EOF {
		return nil, nil, reject("is empty")
	}
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil, nil, err
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), source)
	switch magic := binary.LittleEndian.Uint32(head[:]); {
	case magic&gzipMask == gzipMagic:
		r, err := newMembers(whole)
		return r, func() {}, err
	case magic == zstdMagic, magic&zstdSkipMask == zstdSkip:
		// One decoder works within Read, and owns no goroutine.
		r, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
		return r, r.Close, nil
	default:
		return whole, func() {}, nil
	}
}

// damage says in a user's words what a decompressor or the file system said.
func damage(err error) *FormatError {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return &FormatError{Reason: "zstd window of more than 8 MiB (--long, --ultra): compress it without", Err: err}
	}
	return &FormatError{Reason: "cannot be read further", Err: err}
}
