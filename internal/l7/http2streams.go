package l7

import "slices"

// maxStreams bounds the streams whose bodies are counted at once.
const maxStreams = 64

// streams are those with a body of undeclared length.
type streams []bodyStream

type bodyStream struct {
	id   uint32
	size int64 // bytes so far
	next milestone
}

// open begins to count a stream. Past maxStreams it takes the place of the one
// that has carried least.
func (s *streams) open(id uint32) {
	if s.find(id) >= 0 {
		return
	}
	if len(*s) < maxStreams {
		*s = append(*s, bodyStream{id: id})
		return
	}
	least := 0
	for i := range *s {
		if (*s)[i].size < (*s)[least].size {
			least = i
		}
	}
	(*s)[least] = bodyStream{id: id}
}

// grow counts n bytes, and returns the size where it passes a milestone.
func (s *streams) grow(id uint32, n int64) int64 {
	i := s.find(id)
	if i < 0 {
		return 0
	}
	stream := &(*s)[i]
	stream.size += n
	if !stream.next.passed(stream.size) {
		return 0
	}
	return stream.size
}

// end forgets a stream and returns its size.
func (s *streams) end(id uint32) int64 {
	i := s.find(id)
	if i < 0 {
		return 0
	}
	size := (*s)[i].size
	*s = slices.Delete(*s, i, i+1)
	return size
}

func (s *streams) find(id uint32) int {
	return slices.IndexFunc(*s, func(b bodyStream) bool { return b.id == id })
}
