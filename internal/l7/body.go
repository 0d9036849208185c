package l7

import "strings"

// maxBody is the largest believable declared length, in bytes: 1 PiB.
const maxBody = 1 << 50

// maxLength bounds a Content-Length field, in bytes.
const maxLength = 64

// body is what a request declares about its content (RFC 9110 §8.6).
type body struct {
	size     int64
	declared bool // a valid Content-Length was seen
	invalid  bool // lengths that contradict each other, or none at all
	chunked  bool // content follows, its length is not declared
}

// declare takes one Content-Length field, which may be a list of equal numbers.
func (b *body) declare(value string) {
	if len(value) > maxLength {
		b.invalid = true
		return
	}
	for item := range strings.SplitSeq(value, ",") {
		size, valid := number(strings.TrimSpace(item), maxBody)
		if !valid || b.declared && size != b.size {
			b.invalid = true
			return
		}
		b.size, b.declared = size, true
	}
}

// transferEncoding takes one Transfer-Encoding field; chunked overrides a
// length (RFC 9112 §6.3).
func (b *body) transferEncoding(value string) {
	for coding := range strings.SplitSeq(value, ",") {
		if strings.EqualFold(strings.TrimSpace(coding), "chunked") {
			b.chunked = true
		}
	}
}

// length is what may be told: 0 where it is not declared or not believable.
func (b *body) length() int64 {
	if b.invalid || b.chunked {
		return 0
	}
	return b.size
}

// outweighs says which of several requests in one sample is told: the one with
// the most declared content, then the one with content of unknown length.
func (b *body) outweighs(other *body) bool {
	if b.length() != other.length() {
		return b.length() > other.length()
	}
	return b.chunked && !other.chunked
}
