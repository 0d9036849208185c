package l7

// maxHelloDatagrams bounds the datagrams that a ClientHello is looked for in,
// of both directions: real ones come in two, and a lost one comes again.
const maxHelloDatagrams = 16

// quicFollower takes the datagrams of a connection until the ClientHello is
// whole.
type quicFollower struct {
	hello  quicHello
	client Direction
	seen   int
	done   bool
}

// Follow tells what the hello says each time a datagram of the client adds to
// it. Order and gaps do not matter.
func (f *quicFollower) Follow(in Input, _ bool) (Message, bool) {
	before := f.hello.crypto.size
	if f.done || f.hello.opened && in.Direction != f.client {
		return Message{}, false
	}
	f.seen++
	f.done = f.seen >= maxHelloDatagrams
	version, found := longHeaderVersion(in.Payload)
	if !found {
		return Message{}, false
	}
	f.hello.datagram(in.Payload)
	if !f.hello.opened || f.hello.crypto.size == before {
		return Message{}, false
	}
	f.client = in.Direction
	m := Message{Protocol: "quic", Version: version}
	f.hello.tell(&m)
	f.done = f.done || !m.cut
	return m, true
}

// Done says that the hello was whole, or will not be.
func (f *quicFollower) Done() bool { return f.done }
