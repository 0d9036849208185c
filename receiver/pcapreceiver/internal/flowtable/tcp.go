package flowtable

import "github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"

// sequence is one direction's place in TCP's sequence space (RFC 9293 3.4): a byte
// counts once, however often it is sent.
type sequence struct {
	next uint32 // the number after the last one seen
	// span is how far back from next numbers have been counted, at most far. What
	// is before that was never counted, whatever its number.
	span   uint32
	first  uint32 // SYN's number
	holes  uint32 // bytes counted as sent, and not seen
	resent uint64 // bytes seen again
	dear   int64  // of those, what was counted as sent
	bits   uint8
	spoke  bool // the first payload has been looked at
	cut    bool // the payload before was not captured whole
}

const (
	known = 1 << iota // next is set
	begun             // by a SYN
	fin
)

// far is how far ahead a number may be and still belong to the stream: the largest
// window there is (RFC 7323 2.2). A jump further, or back before all that was
// counted, is another stream in the same place.
const far = 1 << 30

// Of what is sent again no more than this is free: a few bytes in new numbers must
// not carry many in old ones. A capture that has every packet several times stays
// within it.
const (
	freeResends = 8 // times what was new
	freeResent  = 64 << 10
)

// segment is what a segment adds to what its sender has sent.
type segment struct {
	fresh int64  // bytes not counted before, those that the capture missed included
	old   int    // bytes at the start of its payload that were seen before
	gap   uint32 // bytes missing before it
}

// accept takes a segment.
func (h *half) accept(p *packet.Packet) segment {
	if p.Flags&packet.RST != 0 {
		return segment{fresh: int64(p.Length)} // its text has no place in the stream
	}
	s := &h.sequence
	at := p.Seq
	if p.Flags&packet.SYN != 0 {
		at++
	}
	if s.bits&known == 0 {
		s.restart(at)
	}
	if p.Flags&packet.SYN != 0 && s.bits&begun == 0 {
		s.bits |= begun
		s.first = p.Seq
		s.span = max(s.span, 1) // SYN's own number, which a keep-alive may repeat
	}
	got := s.place(at, uint32(p.Length))
	if got.old > 0 {
		got.fresh += s.again(uint64(got.old), h.total)
	}
	if p.Flags&packet.FIN != 0 && s.bits&fin == 0 && at+uint32(p.Length) == s.next {
		s.bits |= fin
		s.next++
	}
	return got
}

func (s *sequence) restart(at uint32) {
	s.next, s.span = at, 0
	s.bits |= known
}

// place finds where n bytes from a number on lie.
func (s *sequence) place(at, n uint32) segment {
	ahead := int32(at - s.next)
	switch {
	case ahead >= 0 && ahead <= far: // what lies between was sent: TCP sends in order
		gap := uint32(ahead)
		s.holes += gap
		s.advance(gap + n)
		return segment{fresh: int64(gap) + int64(n), gap: gap}
	case ahead < 0 && uint32(-ahead) <= s.span:
		repeated := min(n, uint32(-ahead))
		s.holes -= min(s.holes, repeated)
		s.advance(n - repeated)
		return segment{fresh: int64(n - repeated), old: int(repeated)}
	default:
		s.restart(at)
		s.advance(n)
		return segment{fresh: int64(n)}
	}
}

func (s *sequence) advance(n uint32) {
	s.next += n
	s.span = min(s.span+n, far)
}

// again is how many of the bytes seen again count all the same, where so many were
// new.
func (s *sequence) again(n uint64, total int64) int64 {
	before := s.resent
	s.resent += n
	free := uint64(total-s.dear)*freeResends + freeResent
	count := int64(max(s.resent, free) - max(before, free))
	s.dear += count
	return count
}

// ended says that the packet ends the connection, or finds it ended.
func (f *entry) ended(p *packet.Packet) bool {
	return p.Flags&packet.RST != 0 || f.halves[0].bits&f.halves[1].bits&fin != 0
}

// replacedBy says that a SYN begins another connection between the same ports.
func (f *entry) replacedBy(p *packet.Packet, dir int) bool {
	if p.Protocol != packet.TCP || p.Flags&(packet.SYN|packet.ACK|packet.RST) != packet.SYN {
		return false
	}
	s := &f.halves[dir].sequence
	return s.bits&begun == 0 && s.bits&known != 0 || s.bits&begun != 0 && s.first != p.Seq
}
