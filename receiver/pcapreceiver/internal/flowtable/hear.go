package flowtable

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// hear looks at a payload where it may tell something: at the beginning of a turn, as a
// rule.
func (t *Table) hear(f *entry, dir int, p *packet.Packet, got segment) {
	h := &f.halves[dir]
	seq := p.Seq
	if p.Flags&packet.SYN != 0 {
		seq++
	}
	whole := piece{seq: seq, payload: p.Payload}
	if got.old >= p.Length {
		t.extend(f, dir, whole)
		return
	}
	payload := p.Payload[min(got.old, len(p.Payload)):]
	seq += uint32(got.old)
	turn := f.speaker != uint8(dir)+1
	f.speaker = uint8(dir) + 1
	if turn {
		t.answered(f, 1-dir, p)
	}
	at, here := f.begins(dir, got, p.Length-got.old)
	cut := h.cut
	h.cut = len(p.Payload) < p.Length
	switch {
	case f.follower != nil && h.head == nil:
		t.followNext(f, dir, piece{seq, payload, got.gap}, cut)
	case f.follower == nil && here:
		t.listenAt(f, dir, piece{seq, payload, got.gap}, at)
	case h.head != nil:
		t.extend(f, dir, whole)
	case len(payload) > 0 && t.tells(f, dir, turn, payload):
		f.joined = f.joined || f.key.protocol == packet.TCP && !f.opened(dir, seq)
		h.spoke = true
		t.listen(f, dir, piece{seq, payload, got.gap})
	}
}

// piece is a payload, the number of its first byte, and how many are missing before it.
type piece struct {
	seq     uint32
	payload []byte
	gap     uint32
}

// opened says that a side's first payload is the connection's: both have sent SYN.
func (f *entry) opened(dir int, seq uint32) bool {
	h := &f.halves[dir]
	return h.spoke || h.bits&f.halves[1-dir].bits&begun != 0 && seq == h.first+1
}

// tells says whether a payload is worth looking at: the first each way, and of what
// speaks in turns, each turn's first.
func (t *Table) tells(f *entry, dir int, turn bool, payload []byte) bool {
	if !f.halves[dir].spoke {
		return true
	}
	known := ""
	if f.app != nil {
		known = f.app.Known()
	}
	switch known {
	case "http":
		return turn && f.asks == uint8(dir)+1 && opensRequest(payload[0])
	case application.FTP, "smtp":
		return turn
	case "dns":
		return turn || f.key.protocol != packet.TCP
	case "", "unknown":
		return t.mayTell(f, dir, turn, payload)
	}
	return false
}

// opensRequest tells the first byte of a request, of the empty lines that may come before
// it, of a frame of HTTP/2, or of the TLS that follows CONNECT.
func opensRequest(b byte) bool {
	return b >= 'A' && b <= 'z' || b == '\r' || b == '\n' || b == 0 || b == 0x16
}

// mayTell says whether a payload is worth looking at although those before it told
// nothing: of a connection met in its middle; of a datagram, since a service passes over
// those that mean nothing to it.
func (t *Table) mayTell(f *entry, dir int, turn bool, payload []byte) bool {
	switch f.key.protocol {
	case packet.TCP:
		return turn && f.joined
	case packet.UDP:
		const long = 0x80 // QUIC's header while a connection is opened (RFC 9000 17.2)
		return f.hasPort(53) || f.hasPort(69) || f.hasPort(443) && payload[0]&long != 0
	case packet.ICMP, packet.ICMPv6:
		return f.app != nil && !f.sampled && dir == int(f.local)
	}
	return false
}

func (f *entry) hasPort(port uint16) bool {
	return f.key.ends[0].port == port || f.key.ends[1].port == port
}

// listen reads the beginning of a turn, and waits for more of it where it is cut, or
// where a piece before it is missing. Where more is missing than a head has, that may yet
// come, too.
func (t *Table) listen(f *entry, dir int, p piece) {
	f.sampled = true
	if p.gap > 0 && t.wait(f, dir, p) && p.gap < mostHead {
		return
	}
	in := t.input(f, dir, p.payload)
	m := l7.Parse(in)
	if f.key.protocol == packet.TCP && l7.Incomplete(in, &m) && f.halves[dir].head == nil {
		p.gap = 0
		if t.wait(f, dir, p) {
			f.halves[dir].head.request = m.HTTP.Method != ""
			return
		}
	}
	if in.UDP && !l7.Incomplete(in, &m) {
		t.note(f, dir, &m)
		return
	}
	t.learn(f, dir, p, &m)
}

func (t *Table) input(f *entry, dir int, payload []byte) l7.Input {
	in := l7.Input{
		Payload:    payload,
		Direction:  l7.Ingress,
		UDP:        f.key.protocol == packet.UDP,
		LocalPort:  f.localEnd().port,
		RemotePort: f.remoteEnd().port,
	}
	if dir == int(f.local) {
		in.Direction = l7.Egress
	}
	if f.app != nil {
		in.Known = f.app.Known()
	}
	if in.Known == "unknown" && (f.joined || in.UDP) {
		in.Known = ""
	}
	return in
}

// learn takes over what a message says, and reports at once what cannot wait.
func (t *Table) learn(f *entry, dir int, p piece, m *l7.Message) {
	if f.follower == nil && m.Protocol != "" && t.followers < mostFollowers {
		if f.follower = l7.NewFollower(m.Protocol, m.Version); f.follower != nil {
			t.followers++
			t.follow(f, dir, p.payload, false)
			return
		}
	}
	t.note(f, dir, m)
	if m.HTTP.Method != "" && f.asks == uint8(dir)+1 {
		t.goOn(f, dir, p)
	}
}

// note keeps what a message says of its flow, and of others.
func (t *Table) note(f *entry, dir int, m *l7.Message) {
	if dir != int(f.local) && application.IsQuestion(m) {
		m.DNS = l7.DNSMessage{} // it is the other's
	}
	if f.app == nil {
		f.app = &application.State{}
	}
	f.app.Learn(m)
	f.learnAsker(dir, m)
	local, remote := f.owner(), f.remoteEnd().address()
	now := uint64(f.last)
	if dir != int(f.local) && m.DNS.Response {
		for _, a := range m.DNS.Answers {
			t.names.Learn(local, a.Address, m.DNS.QuestionName, a.TTL, now)
		}
	}
	if m.FTP.Data.Port() != 0 {
		t.ftp.Announce(local, remote, m.FTP.Data, m.FTP.Active, now)
	}
	if m.Protocol == application.TFTP {
		t.tftp.Announce(local, remote, netip.AddrPortFrom(local, f.localEnd().port), true, now)
	}
	if application.Urgent(m) {
		t.report(f, flow.EndActiveTimeout)
	}
}

// learnAsker keeps whose the requests are: who sends one, or is answered.
func (f *entry) learnAsker(dir int, m *l7.Message) {
	switch {
	case f.asks != 0:
	case m.HTTP.Method != "":
		f.asks = uint8(dir) + 1
	case m.Protocol == "http" && m.Version != "2":
		f.asks = uint8(1-dir) + 1
	}
}

// expect recognises a data channel that was announced.
func (t *Table) expect(f *entry) {
	local, remote, now := f.localEnd().addrPort(), f.remoteEnd().addrPort(), uint64(f.last)
	protocol := ""
	switch {
	case f.key.protocol == packet.TCP && t.ftp.Match(local.Addr(), local, remote, now):
		protocol = application.FTPData
	case f.key.protocol == packet.UDP && t.tftp.Match(local.Addr(), local, remote, now):
		protocol = application.TFTP
		// Its server answers a request from another port (RFC 1350 §4): who is heard
		// first here did not begin.
		f.initiator = f.local
	default:
		return
	}
	f.app = &application.State{}
	f.app.Expect(protocol)
}
