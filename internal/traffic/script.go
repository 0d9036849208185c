package traffic

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const segment = 1448 // bytes

func (s *session) connect(port uint16) {
	s.dport = port
	s.say(false, "S", nil)
	s.say(true, "SA", nil)
	s.say(false, "A", nil)
}

func (s *session) say(fromServer bool, flags string, payload []byte) {
	s.script = append(s.script, line{fromServer, flags, payload})
}

// talk says bytes in segments, with an acknowledgement of every other one.
func (s *session) talk(fromServer bool, payload []byte) {
	for i := 0; len(payload) > 0; i++ {
		n := min(segment, len(payload))
		s.say(fromServer, "A", payload[:n])
		payload = payload[n:]
		if i%2 == 1 {
			s.say(!fromServer, "A", nil)
		}
	}
}

func (s *session) hangUp() {
	s.say(false, "FA", nil)
	s.say(true, "FA", nil)
	s.say(false, "A", nil)
}

// bytes are incompressible ones.
func (m *mix) bytes(n int) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], m.random.Uint64())
	}
	return b[:n]
}

// record is TLS application data.
func (m *mix) record(n int) []byte {
	return append([]byte{23, 3, 3, byte(n >> 8), byte(n)}, m.bytes(n)...)
}

func (m *mix) https(s *session) {
	s.connect(443)
	s.talk(false, m.hello(fmt.Sprintf("api%d.example", m.random.IntN(50))))
	s.talk(true, append([]byte{22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3}, m.bytes(116)...))
	s.talk(true, m.record(2500))
	for range 2 + m.random.IntN(5) {
		s.talk(false, m.record(200+m.random.IntN(1000)))
		s.talk(true, m.record(500+m.random.IntN(12000)))
	}
	s.hangUp()
}

func (m *mix) http(s *session) {
	s.connect(80)
	for i := range 1 + m.random.IntN(4) {
		host := fmt.Sprintf("web%d.example", m.random.IntN(50))
		head := fmt.Sprintf("GET /item/%d?session=%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: shop/1.2\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n", i, m.random.Uint32(), host)
		if i%2 == 1 {
			body := 100 + m.random.IntN(3000)
			head = fmt.Sprintf("POST /order HTTP/1.1\r\nHost: %s\r\nUser-Agent: shop/1.2\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", host, body, strings.Repeat("j", body))
		}
		s.talk(false, []byte(head))
		answer := m.random.IntN(16000)
		s.talk(true, append(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: text/html\r\n\r\n", answer), m.bytes(answer)...))
	}
	s.hangUp()
}

func (m *mix) dns(s *session) {
	s.udp, s.dport = true, 53
	name := dnsmessage.MustNewName(fmt.Sprintf("host%d.example.", m.random.IntN(500)))
	question := []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
	id := uint16(m.random.Uint32())
	ask := dnsmessage.Message{Header: dnsmessage.Header{ID: id, RecursionDesired: true}, Questions: question}
	answer := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, RecursionAvailable: true}, Questions: question,
		Answers: []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 300},
			Body: &dnsmessage.AResource{A: [4]byte(s.server.To4())}}}}
	for i, message := range []dnsmessage.Message{ask, answer} {
		packed, err := message.Pack()
		if err != nil {
			panic(err) // a message of our own making
		}
		s.say(i == 1, "", packed)
	}
}

func (m *mix) mail(s *session) {
	s.connect(25)
	s.say(true, "A", []byte("220 mx.example ESMTP\r\n"))
	for _, turn := range [][2]string{
		{"EHLO shop.example\r\n", "250-mx.example\r\n250 SIZE 52428800\r\n"},
		{"MAIL FROM:<a@shop.example> SIZE=4000\r\n", "250 OK\r\n"},
		{"RCPT TO:<b@mx.example>\r\n", "250 OK\r\n"},
		{"DATA\r\n", "354 go ahead\r\n"},
		{strings.Repeat(strings.Repeat("m", 70)+"\r\n", 50) + ".\r\n", "250 queued\r\n"},
		{"QUIT\r\n", "221 bye\r\n"},
	} {
		s.talk(false, []byte(turn[0]))
		s.talk(true, []byte(turn[1]))
	}
	s.hangUp()
}

func (m *mix) datagrams(s *session) {
	s.udp, s.dport = true, 10000+uint16(m.random.IntN(1000))
	for i := range 10 + m.random.IntN(40) {
		s.say(i%3 == 2, "", m.bytes(100+m.random.IntN(1100)))
	}
}

func (m *mix) bulk(s *session) {
	s.connect(443)
	s.talk(false, m.hello("backup.example"))
	s.talk(true, append([]byte{22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3}, m.bytes(116)...))
	for range 20 + m.random.IntN(60) {
		s.talk(false, m.record(8192))
	}
	s.hangUp()
}

// hello is the ClientHello for a name: making one costs too much to make many.
func (m *mix) hello(name string) []byte {
	if m.hellos[name] == nil {
		m.hellos[name] = hello(name)
	}
	return m.hellos[name]
}

// hello is a ClientHello as Go's own client sends it.
func hello(name string) []byte {
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: name}).Handshake()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(ours, head); err != nil {
		panic(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	if _, err := io.ReadFull(ours, body); err != nil {
		panic(err)
	}
	return append(head, body...)
}
