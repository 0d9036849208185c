// Package reference reads captures with other people's programs (tshark,
// Suricata, softflowd) into one form, to hold the receiver's flows against.
package reference

import (
	"cmp"
	"net/netip"
	"slices"
)

// Key names a conversation, whichever end speaks: A is the lower end.
type Key struct {
	Transport string // tcp, udp
	A, B      netip.AddrPort
}

// String is A, B and the transport, for tables.
func (k Key) String() string { return k.Transport + " " + k.A.String() + " " + k.B.String() }

// Compare orders keys.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Transport, other.Transport), k.A.Compare(other.A), k.B.Compare(other.B))
}

// Counts are one direction of a conversation.
type Counts struct {
	Packets int64
	// Frames is bytes as they crossed the link, every header included.
	Frames int64
	// Payload is bytes of the transport's payload, each byte of a stream once.
	Payload int64
}

// Request is an HTTP request's head.
type Request struct {
	Method string
	Size   int64 // declared; 0: not
}

// Flow is what a program saw of one conversation. What it does not tell is
// empty.
type Flow struct {
	Key
	Counts    [2]Counts // A to B, B to A
	Protocol  string    // in the receiver's words; empty: not recognised
	Requests  []Request
	Commands  []string // FTP
	Names     []string // TLS server names
	Questions []string // DNS, with their type where it is told: name TYPE
	// Told is how many flows the program made of it.
	Told int
}

// Table is a capture's conversations.
type Table map[Key]*Flow

// At finds a conversation or begins it; way is the place of this direction's
// counts.
func (t Table) At(transport string, from, to netip.AddrPort) (f *Flow, way int) {
	k := Key{transport, from, to}
	if to.Compare(from) < 0 {
		k.A, k.B, way = to, from, 1
	}
	f = t[k]
	if f == nil {
		f = &Flow{Key: k}
		t[k] = f
	}
	return f, way
}

// Keys are the table's, in order.
func (t Table) Keys() []Key {
	keys := make([]Key, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, Key.Compare)
	return keys
}

// Keep forgets conversations of which no end is wanted.
func (t Table) Keep(wanted func(netip.Addr) bool) {
	for k := range t {
		if !wanted(k.A.Addr()) && !wanted(k.B.Addr()) {
			delete(t, k)
		}
	}
}

// Total is the sum of one direction's counts.
func (t Table) Total() (c Counts) {
	for _, f := range t {
		for _, w := range f.Counts {
			c.Packets += w.Packets
			c.Frames += w.Frames
			c.Payload += w.Payload
		}
	}
	return c
}
