package tracker

import (
	"slices"

	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

const (
	protocolUDP = 17
	maxHello    = 8192 // bytes of a ClientHello that comes in two packets
	mostHellos  = 1024 // first parts that wait for their second, 4 KiB at most each
)

// onSample learns from a payload, and reports at once what cannot wait: an
// upload that announces itself, and every DNS question.
func (t *Tracker) onSample(e *event.Sample) {
	c, ok := t.owner(&e.Socket)
	if !ok {
		return
	}
	s := t.state(&e.Socket, e.Time, c)
	m := l7.Parse(t.input(e, s))
	if !e.Egress && application.IsQuestion(&m) {
		m.DNS = l7.DNSMessage{} // it is the other's: a name server does not ask what it is asked
	}
	s.Learn(&m)
	t.learnNames(e, c, &m)
	t.learnData(e, c, &m)
	if application.Urgent(&m) && (!e.Remote.Addr().IsLoopback() || application.IsQuestion(&m)) {
		t.add(c, e.Cgroup, t.record(&e.Socket, e.Time, c, s))
	}
	t.Tracked.Store(int64(t.flows.Len()))
}

func (t *Tracker) input(e *event.Sample, s *application.State) l7.Input {
	in := l7.Input{
		Payload:    e.Payload,
		Direction:  l7.Ingress,
		UDP:        e.Protocol == protocolUDP,
		LocalPort:  e.Local.Port(),
		RemotePort: e.Remote.Port(),
		Known:      s.Known(),
	}
	if e.Egress {
		in.Direction = l7.Egress
		if e.Protocol == protocolTCP {
			in.Payload = t.joinHello(e)
		}
	}
	return in
}

// joinHello puts a ClientHello together that came in two packets.
func (t *Tracker) joinHello(e *event.Sample) []byte {
	key := keyOf(&e.Socket)
	if first, ok := t.hellos.Peek(key); ok {
		t.hellos.Remove(key)
		return append(first, e.Payload...)
	}
	if isPartialHello(e.Payload, int(e.Size)) {
		t.hellos.Add(key, slices.Clone(e.Payload))
	}
	return e.Payload
}

// isPartialHello says that a TLS handshake record (RFC 8446 5.1) goes on in the
// next packet; the kernel side then samples that too.
func isPartialHello(payload []byte, size int) bool {
	if len(payload) < 5 || payload[0] != 22 || payload[1] != 3 || len(payload) < size {
		return false
	}
	record := int(payload[3])<<8 | int(payload[4]) + 5
	return size < record && record <= maxHello
}

func (t *Tracker) learnNames(e *event.Sample, c *container.Container, m *l7.Message) {
	if e.Egress || !m.DNS.Response {
		return
	}
	for _, a := range m.DNS.Answers {
		t.names.Learn(idOf(c), a.Address, m.DNS.QuestionName, a.TTL, e.Time)
	}
}

func (t *Tracker) learnData(e *event.Sample, c *container.Container, m *l7.Message) {
	if m.FTP.Data.Port() != 0 {
		t.expected.Announce(idOf(c), e.Remote.Addr(), m.FTP.Data, m.FTP.Active, e.Time)
	}
	if e.Egress && (m.TFTP.Write || m.TFTP.Read) {
		t.requested.Announce(idOf(c), e.Remote.Addr(), e.Local, true, e.Time)
	}
}
