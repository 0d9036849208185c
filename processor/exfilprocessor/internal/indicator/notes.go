package indicator

import (
	"math"
	"strings"
	"unicode"
)

// window is when an entry is valid: from inclusive, until exclusive, ns since
// the epoch.
type window struct{ from, until int64 }

var always = window{from: math.MinInt64, until: math.MaxInt64}

func (w window) covers(other window) bool { return w.from <= other.from && other.until <= w.until }

func (w window) hull(other window) window {
	return window{from: min(w.from, other.from), until: max(w.until, other.until)}
}

// said is what a list says of a value beside the value itself.
type said struct {
	description string
	window      window
}

// note is the held form of said. Equal notes are held once. None holds a pointer,
// so that a million of them are nothing to the garbage collector.
type note struct {
	text   uint32 // where the description begins in texts
	window uint32 // in windows
	next   uint32 // another note on the same entry, valid at another time; 0: none
	length uint8  // of the description
	url    bool
}

// notes holds the notes of one index. Note 0 and window 0 stand for none and for
// always.
type notes struct {
	list    []note
	windows []window
	texts   string
}

// at finds the note of a chain that is valid at a time; 0 if none is.
func (n *notes) at(id uint32, time int64) uint32 {
	for id != 0 {
		one := &n.list[id]
		if one.window == 0 {
			return id
		}
		if w := n.windows[one.window]; w.from <= time && time < w.until {
			return id
		}
		id = one.next
	}
	return 0
}

func (n *notes) description(id uint32) string {
	one := &n.list[id]
	return n.texts[one.text:][:one.length]
}

// noteWriter makes notes.
type noteWriter struct {
	notes
	text      strings.Builder
	byNote    map[note]uint32
	byWindow  map[window]uint32
	textStart map[string]uint32
}

func newNoteWriter() noteWriter {
	return noteWriter{
		notes:     notes{list: make([]note, 1), windows: []window{always}},
		byNote:    make(map[note]uint32),
		byWindow:  map[window]uint32{always: 0},
		textStart: make(map[string]uint32),
	}
}

// chain adds a note in front of those that an entry has, unless one of them
// covers its time already. A host that is listed itself is not only a URL's.
func (n *noteWriter) chain(head uint32, s said, url bool) uint32 {
	length := 0
	for id := head; id != 0; id = n.list[id].next {
		if n.windows[n.list[id].window].covers(s.window) && (url || !n.list[id].url) {
			return head
		}
		length++
	}
	next := head
	switch {
	case s.window == always:
		next = 0
	case length >= maxWindows:
		next = n.list[head].next
		s.window = s.window.hull(n.windows[n.list[head].window])
	}
	return n.intern(note{
		text:   n.start(s.description),
		window: n.internWindow(s.window),
		next:   next,
		length: uint8(len(cut(s.description))),
		url:    url,
	})
}

func (n *noteWriter) intern(one note) uint32 {
	id, ok := n.byNote[one]
	if !ok {
		id = uint32(len(n.list))
		n.list = append(n.list, one)
		n.byNote[one] = id
	}
	return id
}

func (n *noteWriter) internWindow(w window) uint32 {
	id, ok := n.byWindow[w]
	if !ok {
		id = uint32(len(n.windows))
		n.windows = append(n.windows, w)
		n.byWindow[w] = id
	}
	return id
}

// start gives where a description begins among the texts.
func (n *noteWriter) start(description string) uint32 {
	description = cut(description)
	at, ok := n.textStart[description]
	if !ok {
		at = uint32(n.text.Len())
		n.text.WriteString(description)
		n.textStart[strings.Clone(description)] = at
	}
	return at
}

// cut makes a description short and printable.
func cut(description string) string {
	description = strings.TrimSpace(description)
	if len(description) > maxDescription {
		description = description[:maxDescription]
	}
	if strings.IndexFunc(description, isOddInText) < 0 {
		return description
	}
	return strings.Map(func(r rune) rune {
		if isOddInText(r) {
			return -1
		}
		return r
	}, description)
}

func isOddInText(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }
