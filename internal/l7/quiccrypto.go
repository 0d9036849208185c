package l7

import (
	"bytes"
	"cmp"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Frame types that a client's Initial packet may have before its hello is
// whole (RFC 9000 §12.4).
const (
	quicPing   = 0x01
	quicACK    = 0x02
	quicACKECN = 0x03
	quicCrypto = 0x06
)

// maxPieces bounds the CRYPTO frames of one hello. Clients that scatter theirs
// on purpose make a few dozen.
const maxPieces = 256

// cryptoData is the handshake's bytes as CRYPTO frames bring them: in any order
// and any pieces (RFC 9000 §19.6).
type cryptoData struct {
	pieces []cryptoPiece
	size   int // bytes in pieces
}

type cryptoPiece struct {
	offset uint64
	data   []byte
}

// read takes the frames of one packet, of whose memory it keeps views.
func (c *cryptoData) read(frames []byte) {
	for s := cryptobyte.String(frames); ; {
		s = bytes.TrimLeft(s, "\x00") // PADDING
		kind, ok := readQUICNumber(&s)
		switch {
		case !ok:
			return
		case kind == quicPing:
		case kind == quicCrypto:
			ok = c.frame(&s)
		case kind == quicACK || kind == quicACKECN:
			ok = skipACK(&s, kind)
		default:
			return
		}
		if !ok {
			return
		}
	}
}

func (c *cryptoData) frame(s *cryptobyte.String) bool {
	var data cryptobyte.String
	offset, ok := readQUICNumber(s)
	if !ok || !readQUICBytes(s, &data) {
		return false
	}
	if offset < MaxSample && len(data) > 0 && !c.full() {
		c.pieces = append(c.pieces, cryptoPiece{offset, data})
		c.size += len(data)
	}
	return true
}

// full says that no more is taken.
func (c *cryptoData) full() bool { return len(c.pieces) >= maxPieces || c.size >= MaxSample }

// skipACK goes over an ACK frame's fields (RFC 9000 §19.3).
func skipACK(s *cryptobyte.String, kind uint64) bool {
	for range 2 { // largest acknowledged, delay
		if _, ok := readQUICNumber(s); !ok {
			return false
		}
	}
	ranges, ok := readQUICNumber(s)
	fields := 2*min(ranges, MaxSample) + 1
	if kind == quicACKECN {
		fields += 3
	}
	for ; ok && fields > 0; fields-- {
		_, ok = readQUICNumber(s)
	}
	return ok
}

// message is what is there from the start of the handshake without a gap.
func (c *cryptoData) message() []byte {
	if len(c.pieces) == 1 && c.pieces[0].offset == 0 {
		return c.pieces[0].data
	}
	slices.SortStableFunc(c.pieces, func(a, b cryptoPiece) int { return cmp.Compare(a.offset, b.offset) })
	joined := make([]byte, 0, c.size)
	for _, p := range c.pieces {
		have := uint64(len(joined))
		if p.offset > have {
			break
		}
		if end := p.offset + uint64(len(p.data)); end > have {
			joined = append(joined, p.data[have-p.offset:]...)
		}
	}
	return joined
}
