package packet

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
)

// Verdict is what became of a frame.
type Verdict uint8

// The verdicts.
const (
	Whole       Verdict = iota // it gave a packet
	Fragment                   // it waits for the rest of its datagram
	Other                      // it carries no IP: ARP, LLDP, …
	Malformed                  // a header is cut, or says what cannot be
	UnknownLink                // its link type is not known
	Verdicts                   // how many there are
)

// String is the verdict's word in metrics.
func (v Verdict) String() string {
	return [Verdicts]string{"packet", "fragment", "other", "malformed", "unknown_link"}[v]
}

// Decoder reads frames one after another. It is for one goroutine.
type Decoder struct {
	// Observed says whether an address is a container's. What a container sends
	// in a tunnel of its own is accounted as such, too, so that no forged header
	// within hides it. Nil: nobody's is.
	Observed func(netip.Addr) bool
	// Counts is how many frames came to each verdict.
	Counts [Verdicts]int64

	now       int64
	depth     int
	fragments assembler
	out       []Packet
}

// slice is what is left of a frame: what was captured, and what was sent.
type slice struct {
	data   []byte
	length int
}

func (s slice) skip(n int) slice {
	return slice{s.data[min(n, len(s.data)):], max(0, s.length-n)}
}

// limit cuts what lies behind the length that a header gives.
func (s slice) limit(length int) slice {
	length = min(length, s.length)
	return slice{s.data[:min(length, len(s.data))], length}
}

// Decode gives the packets that a frame completes: one as a rule; none where it
// carries no IP or waits for other fragments; several where a tunnel is an
// observed container's, or datagrams are given up. They are good until the next
// call.
func (d *Decoder) Decode(f *capture.Frame) []Packet {
	d.now, d.depth, d.out = f.Time, 0, d.out[:0]
	d.giveUp()
	in := slice{f.Data, max(f.Length, len(f.Data))}
	d.Counts[d.link(f.Link, in)]++
	return d.out
}

// Flush gives what is left of datagrams that never became whole.
func (d *Decoder) Flush() []Packet {
	d.out = d.out[:0]
	for d.fragments.oldest() != nil {
		d.incomplete(d.fragments.takeOldest())
	}
	return d.out
}

// Held is how many datagrams wait for fragments.
func (d *Decoder) Held() int { return len(d.fragments.held) }

// deliver adds a packet.
func (d *Decoder) deliver(p Packet) Verdict {
	d.out = append(d.out, p)
	return Whole
}
