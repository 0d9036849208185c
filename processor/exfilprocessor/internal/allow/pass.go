package allow

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// Pass is the allowances of one workload, and what of them is used up. It is not
// safe for concurrent use.
type Pass struct{ entries []entry }

// Take says whether an allowance covers the record, and which: the first in the
// list that does. Its bytes then count against the ceiling of the occurrence that
// the record's own time lies in.
//
// The record that would cross the ceiling is not taken, nor is any after it in
// that occurrence: what alerts from there on is not cut into pieces.
//
// res is that of the record: containers of one workload may differ in image and
// name. A nil Pass takes nothing.
func (p *Pass) Take(res *flow.Resource, r *flow.Record) (index int, taken bool) {
	if p == nil {
		return -1, false
	}
	for i := range p.entries {
		e := &p.entries[i]
		if !e.between(r.Time) && e.peers.match(r) && e.selector.instance(res) && e.spend(r.Time, r.Bytes) {
			return e.index, true
		}
	}
	return -1, false
}

// entry is one allowance and its ledgers.
type entry struct {
	*allowance
	// Records come late, so that the occurrence before the latest one is kept too.
	current, previous ledger
	// near is the stretch of time asked for last which is neither's.
	near span
}

// ledger is what was taken in one occurrence. The zero ledger holds no time.
type ledger struct {
	span
	bytes   int64
	reached int64 // the ceiling that was reached, or 0
}

// between says that t is known to lie between occurrences, which is most of the
// time and quickly told.
func (e *entry) between(t int64) bool { return !e.near.in && e.near.holds(t) }

// spend takes n bytes at t, or refuses them.
func (e *entry) spend(t, n int64) bool {
	if t >= e.expires || t < earliest || t > latest {
		return false
	}
	l, in := e.ledger(t)
	if l == nil {
		// Of an occurrence so long ago that nobody knows what was taken in it.
		return in && e.ceiling == 0
	}
	return l.add(max(n, 0), e.ceiling)
}

// ledger is that of the occurrence which t lies in. It is nil where that is none,
// and where it is older than those that are kept.
func (e *entry) ledger(t int64) (l *ledger, in bool) {
	switch {
	case e.current.holds(t):
		return &e.current, true
	case e.previous.holds(t):
		return &e.previous, true
	case !e.near.holds(t):
		e.near = e.at(t)
	}
	if !e.near.in {
		return nil, false
	}
	return e.open(e.near), true
}

// open begins the ledger of an occurrence which has none. What gives way is older
// than all that is kept, so no occurrence is ever counted twice.
func (e *entry) open(s span) *ledger {
	switch {
	case s.start > e.current.start:
		e.previous, e.current = e.current, ledger{span: s}
		return &e.current
	case s.start > e.previous.start:
		e.previous = ledger{span: s}
		return &e.previous
	default:
		return nil
	}
}

// add counts n, unless that crosses the ceiling.
func (l *ledger) add(n, ceiling int64) bool {
	switch {
	case ceiling == 0:
		l.bytes += min(n, 1<<62-l.bytes)
		return true
	case l.reached != 0:
		return false
	case n > ceiling-l.bytes:
		l.reached = ceiling
		return false
	default:
		l.bytes += n
		return true
	}
}
