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
	held    atomic.Pointer[snapshot]
	loads   atomic.Uint64
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
	read := false
	for _, f := range l.files {
		if result, changed := f.check(); changed {
			news = append(news, result)
			read = read || result.Err == nil
		}
	}
	if read {
		l.publish()
	}
	return news
}

func (l *Lists) publish() {
	indexes := make([]*index, 0, len(l.files))
	for _, f := range l.files {
		if f.good != nil {
			indexes = append(indexes, f.good)
		}
	}
	l.held.Store(newSnapshot(indexes))
	l.loads.Add(1)
}

// Loads is how often what is held was replaced: whoever remembers what a look-up gave
// forgets it when this changes.
func (l *Lists) Loads() uint64 { return l.loads.Load() }

// Entries is how many values are held, of all files together.
func (l *Lists) Entries() int {
	if held := l.held.Load(); held != nil {
		return held.entries
	}
	return 0
}

// Address finds the most specific entry that covers addr and is valid at a time,
// in ns since the epoch: the record's own. Of equal ones the first file's is
// taken.
func (l *Lists) Address(addr netip.Addr, at int64) (Match, bool) {
	held := l.held.Load()
	if held == nil || !addr.IsValid() {
		return Match{}, false
	}
	addr = addr.Unmap().WithZone("")
	h, ok := held.address(addr, at)
	if !ok {
		return Match{}, false
	}
	m := h.match()
	m.Network, _ = addr.Prefix(h.length)
	return m, true
}

// Domain finds the longest entry that is the name or one of its parents and is
// valid at a time, in ns since the epoch. Upper case and a dot at the end do not
// matter. The match's Domain is a part of the list's own text, so that the name
// may be of borrowed memory.
func (l *Lists) Domain(name string, at int64) (Match, bool) {
	var q query
	held := l.held.Load()
	if held == nil || !q.set(name) {
		return Match{}, false
	}
	h, ok := held.domain(&q, at)
	if !ok {
		return Match{}, false
	}
	return h.match(), true
}
