package flowtable_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

func post(size int) string {
	return fmt.Sprintf("POST /a HTTP/1.1\r\nHost: drop.example\r\nContent-Length: %d\r\n\r\n", size) + strings.Repeat("P", size)
}

// Requests that do not wait for answers are found behind the content of those before,
// wherever segments and answers fall.
func TestPipelinedRequests(t *testing.T) {
	for name, before := range map[string]string{
		"a GET":                    get,
		"several":                  get + get + get,
		"a POST":                   post(5000),
		"a long POST":              post(200_000),
		"more than a head":         strings.Repeat(get, 1000),
		"POSTs and GETs":           post(3000) + get + post(1) + get + post(100_000) + get,
		"a POST and an empty line": post(10) + "\r\n",
	} {
		for _, size := range []int{1, 7, 100, 1460, 9000, 60_000} {
			for _, answers := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " ", size, " ", answers), func(t *testing.T) {
					s := newScene()
					c, d := s.connection(victim, web)
					c.open()
					text := before + put
					for at := 0; at < len(text); at += size {
						c.say(text[at:min(at+size, len(text))])
						if answers && at > 100 {
							d.say("x")
						}
					}
					s.Finish()
					assert.True(t, asked(s))
				})
			}
		}
	}
}

func TestPipelinedRequestsInAnyOrder(t *testing.T) {
	text := get + post(5000) + get + put
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := newScene()
		c, _ := s.connection(victim, web)
		c.open()
		var order []int
		for at := 0; at < len(text); at += 300 {
			order = append(order, at)
		}
		for i := 1; i < len(order); i += 1 + random.IntN(3) {
			order[i-1], order[i] = order[i], order[i-1]
		}
		for _, at := range order {
			c.raw(c.seq+uint32(at), packet.ACK, []byte(text[at:min(at+300, len(text))]), 0)
		}
		s.Finish()
		assert.True(t, asked(s), seed)
	}
}

// An answer to an earlier request does not end a head that is still on its way.
func TestAnAnswerWithinAHead(t *testing.T) {
	for cut := 1; cut < len(put); cut++ {
		s := newScene()
		c, d := s.connection(victim, web)
		c.open()
		c.say(get)
		d.say(ok[:5])
		c.say(put[:cut])
		d.say(ok[5:])
		c.say(put[cut:])
		s.Finish()
		assert.True(t, asked(s), cut)
	}
}

// Commands and requests that overtake each other reach who follows the stream in order.
func TestFollowedStreamsInAnyOrder(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, "203.0.113.10:21")
	c.open()
	d.say("220 FTP\r\n")
	c.say("USER a\r\n")
	d.say("331 Password?\r\n")
	c.raw(c.seq+3, packet.ACK, []byte("R loot\r\n"), 0)
	c.raw(c.seq, packet.ACK, []byte("STO"), 0)
	assert.Contains(t, last(t, s).FTPCommands, "STOR")

	for name, lost := range map[string]bool{"overtaken": false, "lost": true} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			c, d := s.connection(victim, "203.0.113.10:21")
			c.open()
			d.say("220 FTP\r\n")
			c.say("USER a\r\n")
			d.say("331 Password?\r\n")
			c.raw(c.seq+10, packet.ACK, []byte("TYPE I\r\n"), 0)
			if !lost {
				c.raw(c.seq, packet.ACK, []byte("STOR loot\n"), 0)
			} else {
				d.acknowledge(c.seq+18, "200 OK\r\n")
			}
			c.raw(c.seq+18, packet.ACK, []byte("APPE loot\r\n"), 0)
			s.Finish()
			var all []string
			for _, r := range s.records {
				all = append(all, r.FTPCommands...)
			}
			assert.Contains(t, all, "TYPE")
			assert.Contains(t, all, "APPE")
			assert.Equal(t, !lost, strings.Contains(strings.Join(all, " "), "STOR"))
		})
	}
}

// acknowledge says something, and what has come of the other's.
func (p *peer) acknowledge(ack uint32, text string) {
	p.s.Packet(&packet.Packet{
		Time: begin.Add(p.s.now).UnixNano(), Protocol: p.protocol, Flags: packet.ACK,
		Source: p.me.Addr().As16(), SourcePort: p.me.Port(),
		Destination: p.you.Addr().As16(), DestinationPort: p.you.Port(),
		Seq: p.seq, Ack: ack, Payload: []byte(text), Length: len(text),
	})
	p.seq += uint32(len(text))
}

// Where a snap length cuts every head, the next request is read all the same.
func TestCutHeadsOneAfterAnother(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, web)
	c.open()
	for range 5 {
		c.raw(c.seq, packet.ACK, []byte(put[:80]), len(put))
		c.seq += uint32(len(put))
		d.acknowledge(c.seq, ok)
	}
	s.Finish()
	requests := int64(0)
	for _, r := range s.records {
		requests += r.HTTP.Requests
	}
	assert.EqualValues(t, 5, requests)
}

// Neither many requests in one turn nor many pieces that overtake take long.
func TestAMillionPipelinedRequests(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	big := strings.Repeat("G / HTTP/1.1\n\n", 60_000/14)
	for range 250 {
		c.say(big)
	}
	for range 100_000 {
		c.say("G / HTTP/1.1\n\n")
	}
	s.Advance(begin.Add(time.Minute).UnixNano())
	s.Advance(begin.Add(2 * time.Minute).UnixNano())
	requests := int64(0)
	for _, r := range s.records {
		requests += r.HTTP.Requests
	}
	assert.InEpsilon(t, 250*(60_000/14)+100_000, requests, 0.01)
	for i := range 200_000 { // and backwards within a head
		c.raw(c.seq+uint32(8000-i%8000), packet.ACK, []byte{'x'}, 0)
	}
	s.Finish()
}
