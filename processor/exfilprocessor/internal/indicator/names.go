package indicator

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// name is a listed domain. Its text lies in the index's texts.
type name struct {
	start  uint32
	note   uint32
	length uint8
}

// names finds listed domains: a hash table with open addressing, two thirds full,
// without pointers.
type names struct {
	rows  []name
	slots []slot
	seed  maphash.Seed
	// most is the greatest number of labels of a listed domain: longer endings of
	// a name need no look.
	most int
}

type slot struct {
	tag uint32 // of the hash, so that most strangers are told without a look at the text
	row uint32 // from 1; 0: free
}

func newNames(rows []name, texts string) names {
	n := names{
		rows:  append(make([]name, 0, len(rows)), rows...),
		slots: make([]slot, len(rows)+len(rows)/2+1),
		seed:  maphash.MakeSeed(),
	}
	for i, row := range rows {
		text := texts[row.start:][:row.length]
		n.most = max(n.most, strings.Count(text, ".")+1)
		hash := maphash.String(n.seed, text)
		at := n.home(hash)
		for n.slots[at].row != 0 {
			at = n.after(at)
		}
		n.slots[at] = slot{tag: uint32(hash), row: uint32(i + 1)}
	}
	return n
}

// find gives a domain's row. At least one slot is free, so that it ends.
func (n *names) find(domain []byte, texts string) (*name, bool) {
	hash := maphash.Bytes(n.seed, domain)
	for at := n.home(hash); ; at = n.after(at) {
		s := n.slots[at]
		if s.row == 0 {
			return nil, false
		}
		if s.tag != uint32(hash) {
			continue
		}
		row := &n.rows[s.row-1]
		if texts[row.start:][:row.length] == string(domain) {
			return row, true
		}
	}
}

// home maps a hash onto the slots by its upper bits; the tag is the lower ones.
func (n *names) home(hash uint64) int {
	high, _ := bits.Mul64(hash, uint64(len(n.slots)))
	return int(high)
}

func (n *names) after(at int) int {
	if at++; at == len(n.slots) {
		return 0
	}
	return at
}

// query is a name to look up, in lower case and without the dot at its end.
type query struct {
	text   [maxName]byte
	length int
	labels int
}

func (q *query) set(name string) bool {
	if n := len(name); n > 0 && name[n-1] == '.' {
		name = name[:n-1]
	}
	if len(name) == 0 || len(name) > maxName {
		return false
	}
	q.length = len(name)
	q.labels = 1
	for i := range len(name) {
		c := name[i]
		if c == '.' {
			q.labels++
		} else if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		q.text[i] = c
	}
	return true
}

// cutLabel takes the first label off.
func cutLabel(domain []byte) []byte {
	for i, c := range domain {
		if c == '.' {
			return domain[i+1:]
		}
	}
	return nil
}
