package flowtable

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// mostFollowers bounds the connections whose whole stream is read.
const mostFollowers = 4096

// hear looks at a payload where it may tell something: at the beginning of a turn,
// as a rule.
func (t *Table) hear(f *entry, dir int, p *packet.Packet, got segment) {
	h := &f.halves[dir]
	if got.old >= p.Length { // it may fill a hole
		if h.head != nil {
			h.head.add(p.Seq, p.Payload)
			t.extend(f, dir)
		}
		return
	}
	payload, seq := p.Payload[min(got.old, len(p.Payload)):], p.Seq+uint32(got.old)
	turn := f.speaker != uint8(dir)+1
	f.speaker = uint8(dir) + 1
	if turn {
		t.conclude(f, 1-dir)
	}
	missed := got.gap > 0 || h.cut
	h.cut = len(p.Payload) < p.Length
	switch {
	case f.follower != nil:
		t.follow(f, dir, payload, missed)
	case h.head != nil:
		h.head.add(seq, payload)
		t.extend(f, dir)
	case len(payload) > 0 && t.tells(f, dir, turn, payload):
		h.spoke = true
		t.listen(f, dir, seq, payload, got.gap)
	}
}

// tells says whether a payload is worth looking at: the first each way, and of what
// speaks in turns, each turn's first.
func (t *Table) tells(f *entry, dir int, turn bool, payload []byte) bool {
	if !f.halves[dir].spoke {
		return true
	}
	if f.app == nil {
		return false
	}
	switch f.app.Known() {
	case "http":
		return turn && f.asks == uint8(dir)+1 && payload[0] >= 'A' && payload[0] <= 'z'
	case application.FTP, "smtp":
		return turn
	case "dns":
		return turn || f.key.protocol != packet.TCP
	case "unknown":
		icmp := f.key.protocol == packet.ICMP || f.key.protocol == packet.ICMPv6
		return icmp && !f.sampled && dir == int(f.local)
	}
	return false
}

// listen reads the beginning of a turn, and waits for more of it where it is cut, or
// where a piece before it is missing.
func (t *Table) listen(f *entry, dir int, seq uint32, payload []byte, gap uint32) {
	f.sampled = true
	if gap > 0 && gap < mostHead && t.wait(f, dir, seq, payload, gap) {
		return
	}
	in := t.input(f, dir, payload)
	m := l7.Parse(in)
	if f.key.protocol == packet.TCP && l7.Incomplete(in, &m) && t.wait(f, dir, seq, payload, 0) {
		return
	}
	if in.UDP && !l7.Incomplete(in, &m) {
		t.note(f, dir, &m)
		return
	}
	t.learn(f, dir, payload, &m)
}

// wait begins a head that has its first bytes, or all but those in a gap; false where
// there is no room.
func (t *Table) wait(f *entry, dir int, seq uint32, payload []byte, gap uint32) bool {
	h := t.heads.get(seq - gap)
	if h == nil {
		t.Counts.Unread++
		return false
	}
	h.add(seq, payload)
	h.due()
	f.halves[dir].head = h
	return true
}

// extend looks again at a head that has grown.
func (t *Table) extend(f *entry, dir int) {
	h := f.halves[dir].head
	if !h.due() {
		return
	}
	in := t.input(f, dir, h.whole())
	m := l7.Parse(in)
	if !l7.Incomplete(in, &m) || h.full() {
		t.settle(f, dir, h.whole(), &m)
	}
}

// conclude takes a head for what it is: no more comes.
func (t *Table) conclude(f *entry, dir int) {
	h := f.halves[dir].head
	if h == nil {
		return
	}
	m := l7.Parse(t.input(f, dir, h.best()))
	t.settle(f, dir, h.best(), &m)
}

// settle learns what a head says, and lets go of it.
func (t *Table) settle(f *entry, dir int, payload []byte, m *l7.Message) {
	h := f.halves[dir].head
	f.halves[dir].head = nil
	t.learn(f, dir, payload, m)
	t.heads.put(h)
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
	return in
}

// learn takes over what a message says, and reports at once what cannot wait.
func (t *Table) learn(f *entry, dir int, payload []byte, m *l7.Message) {
	if f.follower == nil && m.Protocol != "" && t.followers < mostFollowers {
		if f.follower = l7.NewFollower(m.Protocol, m.Version); f.follower != nil {
			t.followers++
			t.follow(f, dir, payload, false)
			return
		}
	}
	t.note(f, dir, m)
}

// follow gives a payload to what reads the whole stream.
func (t *Table) follow(f *entry, dir int, payload []byte, gap bool) {
	m, told := f.follower.Follow(t.input(f, dir, payload), gap)
	if told {
		t.note(f, dir, &m)
	}
	if f.follower != nil && f.follower.Done() {
		t.unfollow(f)
		f.speaker = 0 // what comes next is looked at
	}
}

func (t *Table) unfollow(f *entry) {
	if f.follower != nil {
		f.follower = nil
		t.followers--
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
	if m.HTTP.Method != "" && f.asks == 0 {
		f.asks = uint8(dir) + 1
	}
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
