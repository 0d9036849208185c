package flowtable_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http2/hpack"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

const put = "PUT /upload?token=secret HTTP/1.1\r\nHost: drop.example\r\nUser-Agent: curl/8\r\nContent-Length: 20971520\r\n\r\n"

func TestADeclaredUploadIsToldAtOnce(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	c.say(put)
	require.Len(t, s.records, 1)
	r := s.records[0]
	assert.Equal(t, "http", r.Protocol)
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/upload", UserAgent: "curl/8", BodySize: 20971520, Requests: 1}, r.HTTP)
	assert.Equal(t, "drop.example", r.Server)
	assert.EqualValues(t, len(put), r.Bytes)
}

// A head may come in pieces of any size, in any order, and twice.
func TestAHeadInPieces(t *testing.T) {
	for size := 1; size < len(put); size += 3 {
		s := newScene()
		c, _ := s.connection(victim, web)
		c.open()
		for at := 0; at < len(put); at += size {
			c.say(put[at:min(at+size, len(put))])
		}
		require.Len(t, s.records, 1, size)
		assert.EqualValues(t, 20971520, s.records[0].HTTP.BodySize, size)
		assert.EqualValues(t, 1, s.records[0].HTTP.Requests)
	}
}

func TestAHeadOutOfOrder(t *testing.T) {
	pieces := [][2]int{{0, 30}, {30, 60}, {60, 90}, {90, len(put)}}
	for _, order := range [][]int{{0, 2, 1, 3}, {1, 0, 2, 3}, {3, 2, 1, 0}, {0, 0, 3, 1, 1, 2}} {
		s := newScene()
		c, _ := s.connection(victim, web)
		c.open()
		for _, i := range order {
			c.raw(c.seq+uint32(pieces[i][0]), packet.ACK, []byte(put[pieces[i][0]:pieces[i][1]]), 0)
		}
		s.Finish()
		require.NotEmpty(t, s.records, order)
		assert.EqualValues(t, 20971520, s.records[0].HTTP.BodySize, order)
		sent, _ := s.total()
		assert.EqualValues(t, len(put), sent)
	}
}

// A head that is never finished is read as far as it goes, once the other speaks.
func TestACutHead(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, web)
	c.open()
	c.raw(c.seq, packet.ACK, []byte(put[:80]), len(put)) // a snap length
	c.seq += uint32(len(put))
	d.say("HTTP/1.1 100 Continue\r\n\r\n")
	s.Finish()
	assert.Equal(t, "PUT", last(t, s).HTTP.Method)
	assert.Equal(t, "drop.example", last(t, s).Server)
}

func TestRequestsOfOneConnection(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, web)
	c.open()
	for range 5 {
		c.say("POST /api HTTP/1.1\r\nHost: api.example\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 100))
		d.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	s.Finish()
	assert.EqualValues(t, 5, last(t, s).HTTP.Requests)
	assert.EqualValues(t, 100, last(t, s).HTTP.BodySize)
}

// A real ClientHello, in two segments the second of which comes first.
func TestAClientHelloInTwoSegments(t *testing.T) {
	hello := clientHello(t, "drop.example")
	s := newScene()
	c, _ := s.connection(victim, "203.0.113.10:443")
	c.open()
	c.raw(c.seq+100, packet.ACK, hello[100:], 0)
	c.raw(c.seq, packet.ACK, hello[:100], 0)
	s.Finish()
	r := last(t, s)
	assert.Equal(t, "tls", r.Protocol)
	assert.Equal(t, "drop.example", r.Server)
	assert.Equal(t, "1.3", r.TLS.Version)
	assert.NotEmpty(t, r.TLS.JA4)
}

func clientHello(t *testing.T, name string) []byte {
	ours, theirs := net.Pipe()
	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: name}).Handshake()
	}()
	head := make([]byte, 5)
	_, err := io.ReadFull(ours, head)
	require.NoError(t, err)
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	_, err = io.ReadFull(ours, body)
	require.NoError(t, err)
	require.NoError(t, ours.Close())
	return append(head, body...)
}

func TestFTPDataChannels(t *testing.T) {
	for name, c := range map[string]struct {
		said, answered string
		data           func(s *scene) *peer // the side that uploads
	}{
		"passive": {"PASV\r\n", "227 Entering Passive Mode (203,0,113,10,78,32).\r\n", func(s *scene) *peer {
			c, _ := s.connection("10.77.0.2:40001", "203.0.113.10:20000")
			c.open()
			return c
		}},
		"extended passive": {"EPSV\r\n", "229 Entering Extended Passive Mode (|||20000|)\r\n", func(s *scene) *peer {
			c, _ := s.connection("10.77.0.2:40001", "203.0.113.10:20000")
			c.open()
			return c
		}},
		"active": {"PORT 10,77,0,2,78,32\r\n", "200 PORT command successful.\r\n", func(s *scene) *peer {
			server, c := s.connection("203.0.113.10:20", "10.77.0.2:20000")
			server.open()
			return c
		}},
		"extended active": {"EPRT |1|10.77.0.2|20000|\r\n", "200 EPRT command successful.\r\n", func(s *scene) *peer {
			server, c := s.connection("203.0.113.10:20", "10.77.0.2:20000")
			server.open()
			return c
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			control, server := s.connection(victim, "203.0.113.10:21")
			control.open()
			server.say("220 Welcome\r\n")
			control.say("USER a\r\n")
			server.say("331 Password?\r\n")
			control.say("PASS topsecret\r\n")
			server.say("230 In.\r\n")
			for _, half := range []string{c.said[:3], c.said[3:]} {
				control.say(half)
			}
			for _, half := range []string{c.answered[:9], c.answered[9:]} {
				server.say(half)
			}
			control.say("STOR loot\r\n")
			commands := last(t, s).FTPCommands
			assert.Contains(t, commands, "STOR")
			c.data(s).stream(3000, 1000)
			s.Finish()
			found := false
			for _, r := range s.records {
				assert.NotContains(t, strings.Join(r.FTPCommands, " "), "topsecret")
				if r.Protocol == "ftp-data" {
					found = true
					assert.EqualValues(t, 3000, r.Bytes)
				}
			}
			assert.True(t, found)
		})
	}
}

func TestNamesComeFromDNS(t *testing.T) {
	s := newScene()
	c, d := s.datagrams("10.77.0.2:5353", "10.96.0.10:53")
	name := dnsmessage.MustNewName("drop.example.")
	question := dnsmessage.Question{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	ask := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, RecursionDesired: true}, Questions: []dnsmessage.Question{question}}
	answer := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, Response: true}, Questions: ask.Questions,
		Answers: []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 60},
			Body: &dnsmessage.AResource{A: [4]byte{203, 0, 113, 10}}}}}
	for _, m := range []struct {
		p *peer
		m dnsmessage.Message
	}{{c, ask}, {d, answer}} {
		packed, err := m.m.Pack()
		require.NoError(t, err)
		m.p.say(string(packed))
	}
	require.Len(t, s.records, 1, "a question is told at once")
	assert.Equal(t, flow.DNS{QuestionName: "drop.example", QuestionType: "A"}, s.records[0].DNS)
	assert.Equal(t, "dns", s.records[0].Protocol)
	e, _ := s.connection(victim, "203.0.113.10:9000")
	e.open()
	e.stream(10, 10)
	other, _ := s.connection("10.77.0.3:40000", "203.0.113.10:9000")
	other.open()
	s.Finish()
	for _, r := range s.records {
		switch r.Source.String() {
		case victim:
			assert.Equal(t, "drop.example", r.Server)
		case "10.77.0.3:40000":
			assert.Empty(t, r.Server, "another container's question")
		}
	}
}

// HTTP/2's later requests refer to headers of earlier ones.
func TestHTTP2IsReadAsAStream(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, web)
	c.open()
	var block strings.Builder
	encoder := hpack.NewEncoder(&block)
	request := func(stream uint32, size string) string {
		block.Reset()
		for _, f := range []hpack.HeaderField{{Name: ":method", Value: "PUT"}, {Name: ":scheme", Value: "http"},
			{Name: ":authority", Value: "drop.example"}, {Name: ":path", Value: "/upload"}, {Name: "content-length", Value: size}} {
			require.NoError(t, encoder.WriteField(f))
		}
		return frame(1, 4, stream, block.String())
	}
	first := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "") + request(1, "100")
	for at := 0; at < len(first); at += 7 {
		c.say(first[at:min(at+7, len(first))])
	}
	d.say(frame(4, 0, 0, "") + frame(4, 1, 0, ""))
	c.say(frame(0, 1, 1, strings.Repeat("x", 100)))
	s.at(time.Second)
	c.say(request(3, "20971520"))
	require.NotEmpty(t, s.records)
	r := last(t, s)
	assert.Equal(t, "http", r.Protocol)
	assert.Equal(t, "2", r.ProtocolVersion)
	assert.Equal(t, "PUT", r.HTTP.Method)
	assert.Equal(t, "/upload", r.HTTP.Path)
	assert.EqualValues(t, 20971520, r.HTTP.BodySize)
	assert.EqualValues(t, 2, r.HTTP.Requests)
}

func frame(kind, flags byte, stream uint32, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))[1:]
	head = append(head, kind, flags)
	return string(binary.BigEndian.AppendUint32(head, stream)) + payload
}

func TestAMailSaysItsSize(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, "203.0.113.10:25")
	c.open()
	d.say("220 mx.example ESMTP\r\n")
	c.say("EHLO a\r\n")
	d.say("250-mx.example\r\n250 SIZE 100000000\r\n")
	c.say("MAIL FROM:<a@b.example>\r\n")
	d.say("250 OK\r\n")
	c.say("RCPT TO:<c@d.example>\r\n")
	d.say("250 OK\r\n")
	c.say("DATA\r\n")
	d.say("354 go\r\n")
	line := strings.Repeat("y", 998) + "\r\n"
	for range 300 {
		c.say(line)
	}
	c.say(".\r\n")
	d.say("250 queued\r\n")
	s.Finish()
	largest := int64(0)
	for _, r := range s.records {
		assert.Equal(t, "smtp", r.Protocol)
		largest = max(largest, r.SMTP.MessageSize)
	}
	assert.InDelta(t, 300_000, largest, 5)
}

func TestTFTP(t *testing.T) {
	s := newScene()
	c, _ := s.datagrams("10.77.0.2:5000", "203.0.113.10:69")
	c.say("\x00\x02loot\x00octet\x00")
	data, server := s.datagrams("10.77.0.2:5000", "203.0.113.10:31000")
	server.say("\x00\x04\x00\x00")
	data.say("\x00\x03\x00\x01" + strings.Repeat("z", 512))
	s.Finish()
	require.Len(t, s.records, 2)
	for _, r := range s.records {
		assert.Equal(t, "tftp", r.Protocol)
		assert.Equal(t, flow.InitiatorSource, r.Initiator, "of the transfer too, where the server is heard first")
	}
}

// A million bytes, each in a packet of its own, and none of it a protocol.
func TestAMillionOneBytePackets(t *testing.T) {
	for name, text := range map[string]string{"nothing": "\x00", "letters": "G", "lines": "\r\n"} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			c, _ := s.connection(victim, web)
			c.open()
			for i := range 1_000_000 {
				c.say(text[i%len(text) : i%len(text)+1])
			}
			s.Finish()
			sent, _ := s.total()
			assert.EqualValues(t, 1_000_000, sent)
		})
	}
}

// A question is who asked it's, and not the name server's.
func TestANameServerDoesNotAsk(t *testing.T) {
	for server, records := range map[string]int{"10.77.0.1:53": 2, "203.0.113.53:53": 1} {
		s := newScene()
		c, _ := s.datagrams("10.77.0.2:5353", server)
		ask := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, RecursionDesired: true}, Questions: []dnsmessage.Question{
			{Name: dnsmessage.MustNewName("secret.drop.example."), Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET}}}
		packed, err := ask.Pack()
		require.NoError(t, err)
		c.say(string(packed))
		require.Len(t, s.records, records, server)
		assert.Equal(t, "secret.drop.example", s.records[0].DNS.QuestionName)
		for _, r := range s.records[1:] {
			assert.Empty(t, r.DNS)
			assert.Equal(t, "dns", r.Protocol)
		}
	}
	s := newScene()
	c, _ := s.datagrams("203.0.113.9:5353", "10.77.0.1:53") // asked from outside
	c.say("\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01")
	s.Finish()
	require.Len(t, s.records, 1)
	assert.Empty(t, s.records[0].DNS)
}
