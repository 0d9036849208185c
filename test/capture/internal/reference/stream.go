package reference

import "slices"

// span is a piece of a stream: from its first byte to after its last.
type span struct{ from, to int64 }

// stream is what was seen of one direction of a TCP connection.
type stream []span

// add notes a segment. Most follow the one before.
func (s *stream) add(from, length int64) {
	if length == 0 {
		return
	}
	if n := len(*s); n > 0 && (*s)[n-1].to == from {
		(*s)[n-1].to += length
		return
	}
	*s = append(*s, span{from, from + length})
}

// bytes counts each byte once, however often it was sent.
func (s stream) bytes() (n int64) {
	slices.SortFunc(s, func(a, b span) int { return int(a.from - b.from) })
	var end int64
	for _, p := range s {
		if p.to > end {
			n += p.to - max(p.from, end)
			end = p.to
		}
	}
	return n
}
