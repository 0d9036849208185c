package traffic

import (
	"net"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// session is a conversation, and how far it has come.
type session struct {
	client, server net.IP
	sport, dport   uint16
	udp            bool
	seq            [2]uint32
	script         []line
	at             int
}

// line is one packet of a conversation.
type line struct {
	fromServer bool
	flags      string
	payload    []byte
}

func (s *session) done() bool { return s.at >= len(s.script) }

// next is the next frame, good until b is used again.
func (s *session) next(b gopacket.SerializeBuffer) []byte {
	l := s.script[s.at]
	s.at++
	me, you := 0, 1
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: s.client, DstIP: s.server}
	sport, dport := s.sport, s.dport
	if l.fromServer {
		me, you = 1, 0
		ip.SrcIP, ip.DstIP = s.server, s.client
		sport, dport = dport, sport
	}
	var transport gopacket.SerializableLayer
	if s.udp {
		ip.Protocol = layers.IPProtocolUDP
		u := &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}
		_ = u.SetNetworkLayerForChecksum(ip)
		transport = u
	} else {
		t := &layers.TCP{SrcPort: layers.TCPPort(sport), DstPort: layers.TCPPort(dport), Seq: s.seq[me], Window: 65535}
		s.seq[me] += uint32(len(l.payload))
		for _, c := range l.flags {
			switch c {
			case 'S':
				t.SYN = true
				s.seq[me]++
			case 'F':
				t.FIN = true
				s.seq[me]++
			case 'A':
				t.ACK, t.Ack = true, s.seq[you]
			}
		}
		t.PSH = len(l.payload) > 0
		_ = t.SetNetworkLayerForChecksum(ip)
		transport = t
	}
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4},
		ip, transport, gopacket.Payload(l.payload))
	if err != nil {
		panic(err) // layers of our own making
	}
	return b.Bytes()
}

// session draws one of a kind.
func (m *mix) session() *session {
	m.serial++
	n := m.serial
	s := &session{
		client: net.IP{10, 77, byte(n % 4), byte(2 + n%250)},
		server: net.IP{198, 18 + byte(n>>3&1), byte(m.random.IntN(16)), byte(1 + m.random.IntN(250))},
		sport:  uint16(32768 + n%28000),
	}
	s.seq = [2]uint32{m.random.Uint32(), m.random.Uint32()}
	switch k := m.random.IntN(100); {
	case k < 35:
		m.https(s)
	case k < 50:
		m.http(s)
	case k < 80:
		m.dns(s)
	case k < 83:
		m.mail(s)
	case k < 95:
		m.datagrams(s)
	default:
		m.bulk(s)
	}
	return s
}
