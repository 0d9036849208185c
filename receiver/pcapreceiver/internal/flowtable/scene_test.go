package flowtable_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/flowtable"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// scene is a table and what it has told.
type scene struct {
	*flowtable.Table
	now     time.Duration // since begin
	records []told
}

type told struct {
	owner flowtable.Owner
	flow.Record
}

var begin = time.Unix(1_700_000_000, 0)

func newScene(change ...func(*flowtable.Options)) *scene {
	s := &scene{}
	o := flowtable.Options{
		Interval: 10 * time.Second,
		TCPIdle:  5 * time.Minute,
		Idle:     time.Minute,
		MaxFlows: 1000,
		Lookup: func(addr netip.Addr, _ int64) (*workload.Workload, bool) {
			return nil, netip.MustParsePrefix("10.77.0.0/16").Contains(addr)
		},
		Emit: func(of flowtable.Owner, r *flow.Record) {
			kept := *r
			kept.FTPCommands = slices.Clone(r.FTPCommands)
			s.records = append(s.records, told{of, kept})
		},
	}
	for _, f := range change {
		f(&o)
	}
	s.Table = flowtable.New(o)
	return s
}

// at moves the scene's clock.
func (s *scene) at(d time.Duration) *scene {
	s.now = d
	return s
}

// total is what all records of one source add up to.
func (s *scene) total() (sent, received int64) {
	for _, r := range s.records {
		sent += r.Bytes
		received += r.ReverseBytes
	}
	return sent, received
}

// peer is one side of a connection that a test plays.
type peer struct {
	s        *scene
	me, you  netip.AddrPort
	protocol uint8
	seq      uint32
	other    *peer
}

// connection is a pair of peers, the client at an observed address.
func (s *scene) connection(client, server string) (*peer, *peer) {
	a, b := netip.MustParseAddrPort(client), netip.MustParseAddrPort(server)
	c := &peer{s: s, me: a, you: b, protocol: packet.TCP, seq: 1000}
	d := &peer{s: s, me: b, you: a, protocol: packet.TCP, seq: 5000}
	c.other, d.other = d, c
	return c, d
}

// raw sends a packet as it is.
func (p *peer) raw(seq uint32, flags uint8, payload []byte, length int) {
	p.s.Packet(&packet.Packet{
		Time: begin.Add(p.s.now).UnixNano(), Protocol: p.protocol, Flags: flags,
		Source: p.me.Addr().As16(), SourcePort: p.me.Port(),
		Destination: p.you.Addr().As16(), DestinationPort: p.you.Port(),
		Seq: seq, Payload: payload, Length: max(length, len(payload)),
	})
}

// open is the three-way handshake.
func (p *peer) open() {
	p.raw(p.seq, packet.SYN, nil, 0)
	p.seq++
	p.other.raw(p.other.seq, packet.SYN|packet.ACK, nil, 0)
	p.other.seq++
	p.raw(p.seq, packet.ACK, nil, 0)
}

// say sends the next bytes.
func (p *peer) say(text string) {
	p.raw(p.seq, packet.ACK|packet.PSH, []byte(text), 0)
	p.seq += uint32(len(text))
}

// stream sends n bytes of nothing in segments.
func (p *peer) stream(n, segment int) {
	for n > 0 {
		size := min(n, segment)
		p.raw(p.seq, packet.ACK, make([]byte, size), 0)
		p.seq += uint32(size)
		n -= size
	}
}

// close ends both directions, the last word the other's.
func (p *peer) close() {
	p.raw(p.seq, packet.FIN|packet.ACK, nil, 0)
	p.seq++
	p.other.raw(p.other.seq, packet.FIN|packet.ACK, nil, 0)
	p.other.seq++
	p.raw(p.seq, packet.ACK, nil, 0)
}

func (s *scene) datagrams(client, server string) (*peer, *peer) {
	a, b := s.connection(client, server)
	a.protocol, b.protocol = packet.UDP, packet.UDP
	return a, b
}

const (
	victim = "10.77.0.2:40000"
	web    = "203.0.113.10:80"
)

func last(t testing.TB, s *scene) told {
	if len(s.records) == 0 {
		t.Fatal("nothing was told")
	}
	return s.records[len(s.records)-1]
}
