package flowtable_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// asked says that the upload's head was read.
func asked(s *scene) bool {
	for _, r := range s.records {
		if r.HTTP.Method == "PUT" && r.HTTP.BodySize == 20971520 {
			return true
		}
	}
	return false
}

const (
	get = "GET / HTTP/1.1\r\nHost: drop.example\r\n\r\n"
	ok  = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
)

// However a client sends the head of an upload that its server reads, it is read.
func TestNoHeadIsHidden(t *testing.T) {
	for name, send := range map[string]func(s *scene, c, d *peer){
		"a hole filled by a segment that goes on": func(_ *scene, c, _ *peer) {
			c.open()
			c.raw(c.seq, packet.ACK, []byte(put[:30]), 0)
			c.raw(c.seq+60, packet.ACK, []byte(put[60:90]), 0)
			c.raw(c.seq+30, packet.ACK, []byte(put[30:]), 0)
		},
		"begun within SYN": func(_ *scene, c, _ *peer) {
			c.raw(c.seq, packet.SYN, []byte(put[:30]), 0)
			c.seq += 31
			c.say(put[30:])
		},
		"forged text of a reset": func(_ *scene, c, _ *peer) {
			c.open()
			c.say(put[:30])
			c.raw(c.seq, packet.RST, []byte(strings.Repeat("x", 60)), 0)
			c.say(put[30:])
		},
		"overtaken by more than a head": func(_ *scene, c, _ *peer) {
			c.open()
			c.raw(c.seq+20_000, packet.ACK, make([]byte, 100), 0)
			c.say(put)
		},
		"forged text ahead of it": func(_ *scene, c, _ *peer) {
			c.open()
			c.raw(c.seq+40, packet.ACK, []byte(strings.Repeat("x", 40)), 0)
			c.say(put)
		},
		"behind empty lines": func(_ *scene, c, d *peer) {
			c.open()
			c.say(get)
			d.say(ok)
			c.say("\r\n" + put)
		},
		"behind many empty lines": func(_ *scene, c, _ *peer) {
			c.open()
			c.say(strings.Repeat("\r\n", 9))
			c.say(put)
		},
		"behind the end of a body, where the capture begins": func(_ *scene, c, d *peer) {
			c.say("the last of some body")
			d.say(ok)
			c.say(put)
		},
		"behind a forged reset and a second": func(s *scene, c, d *peer) {
			c.open()
			c.say(get)
			c.raw(c.seq+77, packet.RST, nil, 0)
			s.at(3 * time.Second)
			c.say("the last of some body")
			d.say(ok)
			c.say(put)
		},
		"behind a forged SYN": func(_ *scene, c, d *peer) {
			c.open()
			c.say(get)
			c.raw(c.seq-1, packet.SYN, nil, 0)
			c.say("the last of some body")
			d.say(ok)
			c.say(put)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			c, d := s.connection(victim, web)
			send(s, c, d)
			s.Finish()
			assert.True(t, asked(s), "%+v", s.records)
		})
	}
}

// A proxy's CONNECT is followed by TLS.
func TestTLSBehindConnect(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, "203.0.113.10:3128")
	c.open()
	c.say("CONNECT drop.example:443 HTTP/1.1\r\n\r\n")
	d.say("HTTP/1.1 200 OK\r\n\r\n")
	c.say(string(clientHello(t, "drop.example")))
	s.Finish()
	assert.Equal(t, "tls", last(t, s).Protocol)
	assert.NotEmpty(t, last(t, s).TLS.JA4)
}

// One datagram of nothing does not hide the questions that follow it.
func TestQuestionsBehindNothing(t *testing.T) {
	for _, nothing := range []string{"\x00", "neither a question nor an answer"} {
		s := newScene()
		c, _ := s.datagrams("10.77.0.2:5353", "203.0.113.53:53")
		c.say(nothing)
		ask := dnsmessage.Message{Questions: []dnsmessage.Question{
			{Name: dnsmessage.MustNewName("secret.drop.example."), Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET}}}
		packed, err := ask.Pack()
		require.NoError(t, err)
		c.say(string(packed))
		require.Len(t, s.records, 1)
		assert.Equal(t, "secret.drop.example", s.records[0].DNS.QuestionName)
	}
}

// Nor is much free in the old numbers of many connections.
func TestManyConnectionsOfOldNumbers(t *testing.T) {
	s := newScene()
	for i := range 100 {
		c, _ := s.connection(netip.AddrPortFrom(netip.MustParseAddr("10.77.0.2"), uint16(40000+i)).String(), web)
		c.open()
		for range 1000 {
			c.raw(c.seq, packet.ACK, make([]byte, 1000), 0)
		}
	}
	s.Finish()
	sent, _ := s.total()
	assert.GreaterOrEqual(t, sent, int64(90_000_000))
}

// A reset's text is data for those who agreed on it.
func TestTextOfResetsCounts(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	for range 100 {
		c.raw(c.seq, packet.RST, make([]byte, 1000), 0)
	}
	s.Finish()
	sent, _ := s.total()
	assert.EqualValues(t, 100_000, sent)
}

// Parts of TCP segments whose place is not known count by their bytes.
func TestUnplacedSegmentsCount(t *testing.T) {
	s := newScene()
	for range 1000 {
		s.Packet(&packet.Packet{Time: begin.UnixNano(), Protocol: packet.TCP, Unplaced: true, Length: 1000,
			Source: [16]byte{10: 0xff, 11: 0xff, 12: 10, 13: 77, 15: 2}, Destination: [16]byte{10: 0xff, 11: 0xff, 12: 203, 14: 113, 15: 10}})
	}
	s.Finish()
	sent, _ := s.total()
	assert.EqualValues(t, 1_000_000, sent)
}

// A clock that is set back, or one packet from the far future, does not stop reports.
func TestAClockSetBack(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"an hour": time.Hour, "a century": 876_000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.at(ahead)
			c, _ := s.connection(victim, web)
			c.open()
			for i := range 60 {
				s.at(time.Duration(i) * time.Second)
				c.stream(1000, 1000)
			}
			assert.GreaterOrEqual(t, len(s.records), 4)
			s.at(time.Hour - time.Minute)
			s.Advance(begin.Add(30 * time.Minute).UnixNano())
			s.Advance(begin.Add(31 * time.Minute).UnixNano())
			assert.Zero(t, s.Open())
			sent, _ := s.total()
			assert.EqualValues(t, 60_000, sent)
			for _, r := range s.records {
				assert.LessOrEqual(t, r.Start, r.End)
			}
		})
	}
}

// Of two interfaces whose clocks differ the one ahead has the word.
func TestTwoClocks(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	e, _ := s.connection("10.77.0.3:40000", web)
	c.open()
	for i := range 60 {
		s.at(time.Duration(i) * time.Second)
		c.stream(1000, 1000)
		s.at(time.Duration(i)*time.Second + 10*time.Minute)
		e.stream(1000, 1000)
	}
	s.Finish()
	assert.LessOrEqual(t, len(s.records), 70)
	sent, _ := s.total()
	assert.EqualValues(t, 120_000, sent)
}
