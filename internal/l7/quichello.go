package l7

// quicHello puts the ClientHello of one QUIC connection together from the
// client's Initial packets, which it holds decrypted: 2*MaxSample bytes at most.
type quicHello struct {
	keys   *initialKeys
	opened bool // a packet was the client's
	crypto cryptoData
	held   int
}

// datagram takes the Initial packets of one datagram. The first of the
// connection gives the keys, which hold for all that follow, unless the server
// made the client begin anew (RFC 9001 §5.2, Retry).
func (q *quicHello) datagram(datagram []byte) {
	for {
		packet, rest, found := cutQUICPacket(datagram)
		if !found || q.held+len(packet.bytes) > 2*MaxSample {
			return
		}
		datagram = rest
		if packet.kind == quicInitial {
			q.packet(&packet)
		}
	}
}

func (q *quicHello) packet(p *quicPacket) {
	if q.keys != nil && (q.open(p) || len(p.token) == 0) {
		return
	}
	keys, known := newInitialKeys(p.version, p.destination)
	if !known {
		return
	}
	anew := quicHello{keys: keys, held: q.held}
	if anew.open(p) || q.keys == nil {
		*q = anew
	}
}

// open takes a packet's frames, if the keys are right.
func (q *quicHello) open(p *quicPacket) bool {
	frames, ours := q.keys.open(p)
	if ours {
		q.opened = true
		q.held += len(frames)
		q.crypto.read(frames)
	}
	return ours
}

// tell writes into m what the hello says so far.
func (q *quicHello) tell(m *Message) {
	h := handshakeOf(q.crypto.message())
	if h.kind == handshakeClientHello {
		tellClientHello(m, h, 'q')
	}
	m.cut = q.opened && !q.crypto.full() && (h.body == nil || h.kind == handshakeClientHello && h.grows())
}
