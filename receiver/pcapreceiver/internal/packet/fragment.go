package packet

import "container/list"

const (
	maxDatagrams = 1024  // that wait for fragments
	maxPieces    = 64    // runs of bytes with holes between them, in one datagram
	maxDatagram  = 65535 // bytes (RFC 791 3.1, RFC 8200 4.5)
	// patience is how long a datagram may take (RFC 8200 4.5: 60 s; Linux: 30 s).
	patience = 30e9 // ns
)

type fragmentKey struct {
	source, destination [16]byte
	id                  uint32
	protocol            uint8 // 0 in IPv6 (RFC 8200 4.5)
}

// partial is a datagram of which some is missing. Of bytes that came twice the
// first are kept.
type partial struct {
	key      fragmentKey
	protocol uint8 // by the first fragment, once it has come
	began    int64
	data     []byte // captured bytes at their place
	total    int    // known with the last fragment, else 0
	again    int    // bytes that came again
	pieces   []piece
	place    *list.Element
}

// piece is a run of bytes that have come, by their place.
type piece struct{ from, to int }

// assembler holds partial datagrams, oldest first.
type assembler struct {
	held  map[fragmentKey]*partial
	order list.List
}

func (a *assembler) oldest() *partial {
	if front := a.order.Front(); front != nil {
		return front.Value.(*partial)
	}
	return nil
}

func (a *assembler) takeOldest() *partial {
	g := a.oldest()
	a.drop(g)
	return g
}

func (a *assembler) drop(g *partial) {
	delete(a.held, g.key)
	a.order.Remove(g.place)
}

func (a *assembler) get(key fragmentKey, now int64) *partial {
	if g, ok := a.held[key]; ok {
		return g
	}
	if a.held == nil {
		a.held = make(map[fragmentKey]*partial)
	}
	g := &partial{key: key, began: now}
	g.place = a.order.PushBack(g)
	a.held[key] = g
	return g
}

// assemble adds a fragment, and goes on with its datagram where that is whole. One that
// contradicts those before it ends the datagram, as it does for Linux and by RFC 8200.
func (d *Decoder) assemble(g *datagram) Verdict {
	length := g.payload.length
	if length == 0 {
		return Malformed
	}
	if g.offset+length > maxDatagram || g.more && length%8 != 0 {
		return d.stray(g)
	}
	if len(d.fragments.held) >= maxDatagrams {
		d.incomplete(d.fragments.takeOldest())
	}
	part := d.fragments.get(g.key(), d.now)
	fits, repeats := part.fits(g)
	switch {
	case !fits:
		d.incomplete(part)
		d.fragments.drop(part)
		return d.stray(g)
	case repeats:
		if part.again += length; part.again > part.size() {
			d.stray(g) // a capture that has everything twice would not have it
		}
	case !part.add(g.offset, g.payload):
		d.incomplete(part)
		d.fragments.drop(part)
		return Malformed
	}
	if g.offset == 0 || part.protocol == 0 {
		part.protocol = g.protocol
	}
	if !g.more {
		part.total = g.offset + length
	}
	if !part.whole() {
		return Fragment
	}
	d.fragments.drop(part)
	return d.carried(&datagram{source: g.source, destination: g.destination, protocol: part.protocol,
		payload: slice{part.data[:min(len(part.data), part.total)], part.total}})
}

func (g *datagram) key() fragmentKey {
	k := fragmentKey{g.source, g.destination, g.id, g.protocol}
	if g.v6Header {
		k.protocol = 0
	}
	return k
}

// fits says that a fragment agrees with the others on where the datagram ends, and
// overlaps none, or repeats what is there.
func (g *partial) fits(f *datagram) (fits, repeats bool) {
	end := f.offset + f.payload.length
	switch {
	case f.more && g.total > 0 && end > g.total,
		!f.more && g.total > 0 && end != g.total,
		!f.more && len(g.pieces) > 0 && end < g.pieces[len(g.pieces)-1].to:
		return false, false
	}
	for _, run := range g.pieces {
		switch {
		case run.from <= f.offset && end <= run.to:
			return true, true
		case f.offset < run.to && run.from < end:
			return false, false
		}
	}
	return true, false
}

// size is how many bytes have come.
func (g *partial) size() (n int) {
	for _, run := range g.pieces {
		n += run.to - run.from
	}
	return n
}

// giveUp lets go of datagrams that have waited too long.
func (d *Decoder) giveUp() {
	for {
		g := d.fragments.oldest()
		if g == nil || d.now-g.began < patience {
			return
		}
		d.incomplete(d.fragments.takeOldest())
	}
}

// incomplete accounts what came of a datagram. Its receiver had no use for it,
// unless sender and receiver have agreed on that.
func (d *Decoder) incomplete(g *partial) {
	length := g.size()
	p := Packet{Time: g.began, Source: g.key.source, Destination: g.key.destination, Protocol: g.protocol}
	first := len(g.pieces) > 0 && g.pieces[0].from == 0
	if !first || !p.transport(g.data[:min(len(g.data), g.pieces[0].to)], length) {
		p.Length = length
	}
	p.Payload, p.Flags, p.Seq, p.Ack, p.Unplaced = nil, 0, 0, 0, true
	d.out = append(d.out, p)
}

// add puts a fragment in its place; false where there are too many holes.
func (g *partial) add(offset int, in slice) bool {
	end := offset + in.length
	if captured := offset + len(in.data); captured > len(g.data) {
		g.data = append(g.data, make([]byte, captured-len(g.data))...)
	}
	at := offset
	for _, run := range g.pieces { // bytes that came before stay
		g.copy(at, min(run.from, end), offset, in.data)
		at = max(at, run.to)
	}
	g.copy(at, end, offset, in.data)
	g.pieces = merge(g.pieces, piece{offset, end})
	return len(g.pieces) <= maxPieces
}

// copy fills the bytes from..to out of a fragment that begins at offset.
func (g *partial) copy(from, to, offset int, data []byte) {
	to = min(to, offset+len(data))
	if from < to {
		copy(g.data[from:to], data[from-offset:to-offset])
	}
}

// whole says that every byte has come.
func (g *partial) whole() bool {
	return g.total > 0 && len(g.pieces) == 1 && g.pieces[0].from == 0 && g.pieces[0].to >= g.total
}

// merge adds a run to sorted runs that do not touch.
func merge(runs []piece, add piece) []piece {
	at := 0
	for at < len(runs) && runs[at].to < add.from {
		at++
	}
	end := at
	for end < len(runs) && runs[end].from <= add.to {
		add.from, add.to = min(add.from, runs[end].from), max(add.to, runs[end].to)
		end++
	}
	if end == at {
		runs = append(runs, piece{})
		copy(runs[at+1:], runs[at:])
		runs[at] = add
		return runs
	}
	runs[at] = add
	return append(runs[:at+1], runs[end:]...)
}
