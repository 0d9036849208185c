package indicator

import (
	"net/netip"
	"strings"
)

// builder gathers the entries of one file.
type builder struct {
	limits limits
	format Format
	tally  tally
	notes  noteWriter

	// The entries, each to its first note.
	exact4   map[uint32]uint32
	exact6   map[[16]byte]uint32
	networks map[netip.Prefix]uint32
	names    []name
	byName   map[string]int
}

// tally counts what became of a file's lines or objects.
type tally struct {
	entries       int // distinct values
	passed        int // understood, but of no use
	bad, firstBad int
}

func newBuilder(l limits) *builder {
	return &builder{
		limits:   l,
		notes:    newNoteWriter(),
		exact4:   make(map[uint32]uint32),
		exact6:   make(map[[16]byte]uint32),
		networks: make(map[netip.Prefix]uint32),
		byName:   make(map[string]int),
	}
}

func (b *builder) malformed(number int) {
	b.tally.bad++
	if b.tally.firstBad == 0 || number < b.tally.firstBad {
		b.tally.firstBad = number
	}
}

func (b *builder) passOver(n int) { b.tally.passed += n }

func (b *builder) full() error {
	return &LimitError{What: "entries", Max: int64(b.limits.entries)}
}

// add takes a value. Of one that is listed twice for the same time the first
// stays.
func (b *builder) add(v value, s said) error {
	switch {
	case v.domain != "":
		return b.addName(v, s)
	case !v.network.IsSingleIP():
		return set(b, b.networks, v.network, s)
	case v.network.Addr().Is4():
		return set(b, b.exact4, key4(v.network.Addr()), s)
	default:
		return set(b, b.exact6, v.network.Addr().As16(), s)
	}
}

func set[K comparable](b *builder, entries map[K]uint32, key K, s said) error {
	head, known := entries[key]
	if err := b.count(known); err != nil {
		return err
	}
	// A URL at a bare address names the host: nothing else is served there.
	entries[key] = b.notes.chain(head, s, false)
	return nil
}

func (b *builder) addName(v value, s said) error {
	at, known := b.byName[v.domain]
	if err := b.count(known); err != nil {
		return err
	}
	if !known {
		at = len(b.names)
		b.names = append(b.names, name{start: uint32(b.notes.text.Len()), length: uint8(len(v.domain))})
		b.notes.text.WriteString(v.domain)
		b.byName[v.domain] = at
	}
	b.names[at].note = b.notes.chain(b.names[at].note, s, v.url)
	return nil
}

func (b *builder) count(known bool) error {
	if known {
		return nil
	}
	if b.tally.entries >= b.limits.entries {
		return b.full()
	}
	b.tally.entries++
	return nil
}

// build gives the finished index.
func (b *builder) build(list string) *index {
	held := b.notes.notes
	held.texts = strings.Clone(b.notes.text.String())
	x := &index{
		list:    list,
		tally:   b.tally,
		format:  b.format,
		notes:   held,
		exact4:  b.exact4,
		exact6:  b.exact6,
		names:   newNames(b.names, held.texts),
		network: newNetworks(b.networks),
	}
	return x
}
