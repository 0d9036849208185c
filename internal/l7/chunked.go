package l7

import (
	"bytes"
	"strconv"
)

// skip goes over the body at the start of sample to the next pipelined
// request. More is false where the sample ends before.
func (b *body) skip(sample []byte) (rest []byte, more bool) {
	switch {
	case b.chunked:
		return skipChunks(sample)
	case b.invalid || b.size >= int64(len(sample)):
		return nil, false
	}
	return sample[b.size:], true
}

// skipChunks goes over a chunked body and its trailers (RFC 9112 §7.1).
func skipChunks(sample []byte) (rest []byte, more bool) {
	for {
		line, rest, ended := nextLine(sample)
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 32)
		if !ended || err != nil || size+2 > uint64(len(rest)) {
			return nil, false
		}
		if size == 0 {
			rest, _ = eachHeader(rest, func(_, _ []byte) {})
			return rest, len(rest) > 0
		}
		sample = bytes.TrimPrefix(rest[size:], []byte("\r\n"))
	}
}
