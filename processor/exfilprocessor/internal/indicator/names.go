package indicator

import "hash/maphash"

// names finds listed domains. It is a table like table, but its keys lie in the
// texts of the index.
type names struct {
	cells []name
	used  int
	// most is the greatest number of labels of a listed domain: longer endings of
	// a name need no look.
	most int
}

// name is a listed domain.
type name struct {
	tag    uint32 // of the hash, so that most strangers are told without a look at the text
	start  uint32
	note   uint32 // 0: the cell is free
	length uint8
}

func newNames() names { return names{cells: make([]name, 8)} }

func (n name) text(texts string) string { return texts[n.start:][:n.length] }

// find gives a domain's cell, or the free one where it would be. At least one cell
// is free, so that it ends.
func (n *names) find(hash uint64, domain []byte, texts string) *name {
	for at := spread(hash, len(n.cells)); ; at++ {
		if at == len(n.cells) {
			at = 0
		}
		c := &n.cells[at]
		if c.note == 0 || c.tag == uint32(hash) && c.text(texts) == string(domain) {
			return c
		}
	}
}

// grow makes room for one more.
func (n *names) grow(texts string) {
	if n.used >= len(n.cells)*2/3 {
		n.resize(2*len(n.cells), texts)
	}
}

// fit gives back the room for growth.
func (n *names) fit(texts string) { n.resize(n.used+n.used/2+1, texts) }

func (n *names) resize(size int, texts string) {
	old := n.cells
	n.cells = make([]name, size)
	for _, c := range old {
		if c.note == 0 {
			continue
		}
		at := spread(maphash.String(seed, c.text(texts)), size)
		for n.cells[at].note != 0 {
			if at++; at == size {
				at = 0
			}
		}
		n.cells[at] = c
	}
}
