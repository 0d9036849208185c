package indicator

// span is a stretch of addresses, up to the next one's first.
type span[K comparable] struct {
	first K
	at    uint32 // the narrowest network there; 0: none
}

// begin adds a span. One that begins where the last did replaces it.
func begin[K comparable](spans []span[K], s span[K]) []span[K] {
	if n := len(spans); n > 0 && spans[n-1].first == s.first {
		spans[n-1] = s
		return spans
	}
	return append(spans, s)
}

// spans4 are those of IPv4, with a directory of their upper 16 bits.
type spans4 struct {
	list []span[uint32]
	// tops holds, for each upper half, how many spans begin before it; and last how
	// many there are. Empty without spans.
	tops []uint32
}

func newTops(list []span[uint32]) []uint32 {
	if len(list) == 0 {
		return nil
	}
	tops := make([]uint32, 1<<16+1)
	n := 0
	for top := range tops {
		for n < len(list) && int(list[n].first>>16) < top {
			n++
		}
		tops[top] = uint32(n)
	}
	return tops
}

func (s *spans4) find(four uint32) uint32 {
	if len(s.tops) == 0 {
		return 0
	}
	low, high := s.tops[four>>16], s.tops[four>>16+1]
	for low < high {
		middle := (low + high) / 2
		if s.list[middle].first > four {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low == 0 {
		return 0
	}
	return s.list[low-1].at
}
