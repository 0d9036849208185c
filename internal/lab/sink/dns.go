package sink

import (
	"net"
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone answers for the lab's own names and for nothing else.
type Zone map[string]netip.Addr // by name, with its trailing dot

// Serve answers queries until the socket closes.
func (z Zone) Serve(conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer, err := z.answer(buf[:n]); err == nil {
			_, _ = conn.WriteTo(answer, from) // UDP: the resolver asks again
		}
	}
}

// answer is the reply to one query: an address, an empty answer for a name that
// has no record of the asked type, or NXDOMAIN.
func (z Zone) answer(query []byte) ([]byte, error) {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil {
		return nil, err
	}
	q, err := p.Question()
	if err != nil {
		return nil, err
	}
	addr, known := z[q.Name.String()]
	reply := dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, reply)
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	if err := b.Question(q); err != nil {
		return nil, err
	}
	if err := b.StartAnswers(); err != nil {
		return nil, err
	}
	if err := addAddress(&b, q, addr); err != nil {
		return nil, err
	}
	return b.Finish()
}

func addAddress(b *dnsmessage.Builder, q dnsmessage.Question, addr netip.Addr) error {
	rr := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60}
	switch {
	case q.Type == dnsmessage.TypeA && addr.Is4():
		return b.AResource(rr, dnsmessage.AResource{A: addr.As4()})
	case q.Type == dnsmessage.TypeAAAA && addr.Is6():
		return b.AAAAResource(rr, dnsmessage.AAAAResource{AAAA: addr.As16()})
	}
	return nil
}
