package l7

// quicHello puts the ClientHello of one QUIC connection together from the
// client's Initial packets. Its memory is bounded by maxPieces and MaxSample.
type quicHello struct {
	keys   *initialKeys
	opened bool // a packet was the client's
	crypto cryptoData
}

// datagram takes the Initial packets of one datagram. The first of the
// connection gives the keys, which hold for all that follow.
func (q *quicHello) datagram(datagram []byte) {
	for {
		packet, rest, found := cutQUICPacket(datagram)
		if !found {
			return
		}
		datagram = rest
		if packet.kind == quicInitial && q.derive(&packet) {
			if frames, ours := q.keys.open(&packet); ours {
				q.opened = true
				q.crypto.read(frames)
			}
		}
	}
}

func (q *quicHello) derive(p *quicPacket) bool {
	if q.keys == nil {
		q.keys, _ = newInitialKeys(p.version, p.destination)
	}
	return q.keys != nil
}

// tell writes into m what the hello says so far.
func (q *quicHello) tell(m *Message) {
	h := handshakeOf(q.crypto.message())
	if h.kind == handshakeClientHello {
		tellClientHello(m, h, 'q')
	}
	m.cut = q.opened && !q.crypto.full() && (h.body == nil || h.kind == handshakeClientHello && h.grows())
}
