package indicator

import (
	"hash/maphash"
	"strings"
)

// builder gathers the entries of one file.
type builder struct {
	limits limits
	format Format
	tally  tally
	notes  noteWriter

	exact4   table[uint32]
	exact6   table[key]
	networks table[listed]
	names    names
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
		exact4:   newTable(hash4),
		exact6:   newTable(hash6),
		networks: newTable(hashListed),
		names:    newNames(),
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
	if v.domain != "" {
		return b.addName(v, s)
	}
	addr, length := v.network.Addr(), v.network.Bits()
	k := toKey(addr)
	switch {
	case length < addr.BitLen():
		return set(b, &b.networks, listed{first: k, length: uint8(length), six: addr.Is6()}, s)
	case addr.Is4():
		return set(b, &b.exact4, k.four(), s)
	default:
		return set(b, &b.exact6, k, s)
	}
}

// set puts a note to a key. A URL at a bare address names the host: nothing else
// is served there.
func set[K comparable](b *builder, t *table[K], key K, s said) error {
	head := t.find(t.hash(key), key).note
	if err := b.count(head); err != nil {
		return err
	}
	t.set(key, b.notes.chain(head, s, false))
	return nil
}

func (b *builder) addName(v value, s said) error {
	b.names.grow(b.notes.text.String())
	domain := []byte(v.domain)
	hash := maphash.Bytes(seed, domain)
	c := b.names.find(hash, domain, b.notes.text.String())
	if err := b.count(c.note); err != nil {
		return err
	}
	if c.note == 0 {
		b.names.used++
		b.names.most = max(b.names.most, strings.Count(v.domain, ".")+1)
		*c = name{tag: uint32(hash), start: uint32(b.notes.text.Len()), length: uint8(len(domain))}
		b.notes.text.Write(domain)
	}
	c.note = b.notes.chain(c.note, s, v.url)
	return nil
}

// count counts an entry if it has no note yet.
func (b *builder) count(note uint32) error {
	if note != 0 {
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
	b.exact4.fit()
	b.exact6.fit()
	b.names.fit(held.texts)
	return &index{
		list:     list,
		format:   b.format,
		tally:    b.tally,
		notes:    held,
		exact4:   b.exact4,
		exact6:   b.exact6,
		networks: newNetworks(&b.networks),
		names:    b.names,
	}
}
