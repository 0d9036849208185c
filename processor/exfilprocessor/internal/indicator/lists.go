package indicator

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// Lists are the operator's indicator files. Look-ups may run at any time, in any
// number of goroutines, also while Refresh runs. The zero Lists is empty.
type Lists struct {
	files   []*file
	checked time.Time
	// held are the indexes of the files that could be read, in the files' order.
	held atomic.Pointer[[]*index]
}

// New makes the lists that cfg names. It reads nothing: Refresh does.
func New(cfg Config) *Lists {
	l := &Lists{}
	for _, path := range cfg.Files {
		l.files = append(l.files, &file{path: path, limits: defaultLimits()})
	}
	return l
}

// Refresh looks at the files, at most every ten seconds of now, and reads those
// that changed: about a second for a million entries, so call it where nothing
// waits. It tells once of each change, and of each failure; the caller logs them.
// A file that fails keeps what was last read of it. One goroutine at a time may
// call Refresh.
func (l *Lists) Refresh(now time.Time) []Reload {
	if since := now.Sub(l.checked); !l.checked.IsZero() && since >= 0 && since < checkEvery {
		return nil
	}
	l.checked = now
	var news []Reload
	for _, f := range l.files {
		if result, changed := f.check(); changed {
			news = append(news, result)
		}
	}
	if len(news) > 0 {
		l.publish()
	}
	return news
}

func (l *Lists) publish() {
	held := make([]*index, 0, len(l.files))
	for _, f := range l.files {
		if f.good != nil {
			held = append(held, f.good)
		}
	}
	l.held.Store(&held)
}

// indexes are those to look in; the slice does not change.
func (l *Lists) indexes() []*index {
	if held := l.held.Load(); held != nil {
		return *held
	}
	return nil
}

// Entries is how many values are held, of all files together.
func (l *Lists) Entries() int {
	n := 0
	for _, x := range l.indexes() {
		n += x.tally.entries
	}
	return n
}

// Address finds the most specific entry that covers addr and is valid at a time,
// in ns since the epoch: the record's own. Of equal ones the first file's is
// taken.
func (l *Lists) Address(addr netip.Addr, at int64) (Match, bool) {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return Match{}, false
	}
	best, found := hit{}, false
	for _, x := range l.indexes() {
		if h, ok := x.address(addr, at); ok && (!found || h.size > best.size) {
			best, found = h, true
		}
	}
	if !found {
		return Match{}, false
	}
	m := best.match()
	m.Network, _ = addr.Prefix(best.size)
	return m, true
}

// Domain finds the longest entry that is the name or one of its parents and is
// valid at a time, in ns since the epoch. Upper case and a dot at the end do not
// matter. The match's Domain is a part of the list's own text, so that the name
// may be of borrowed memory.
func (l *Lists) Domain(name string, at int64) (Match, bool) {
	var q query
	indexes := l.indexes()
	if len(indexes) == 0 || !q.set(name) {
		return Match{}, false
	}
	best, found := hit{}, false
	for _, x := range indexes {
		if h, ok := x.domain(&q, at); ok && (!found || h.size > best.size) {
			best, found = h, true
		}
	}
	if !found {
		return Match{}, false
	}
	m := best.match()
	m.Domain = best.domain
	return m, true
}

func (h *hit) match() Match {
	return Match{
		List:        h.in.list,
		Description: h.in.notes.description(h.note),
		URL:         h.in.notes.list[h.note].url,
	}
}
