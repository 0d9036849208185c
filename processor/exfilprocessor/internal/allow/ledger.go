package allow

// Ledger is what a workload sent under one allowance in one occurrence, as it is
// persisted.
type Ledger struct {
	// Allowance is a fingerprint of workload, destination and schedule.
	Allowance string
	// Start is when the occurrence began, ns since the epoch.
	Start int64
	// Bytes were taken.
	Bytes int64
	// Reached is the ceiling that was reached, or 0.
	Reached int64
}

// Ledgers returns what there is to persist, in the order of the list, the older
// occurrence first.
func (p *Pass) Ledgers() []Ledger {
	if p == nil {
		return nil
	}
	var out []Ledger
	for i := range p.entries {
		e := &p.entries[i]
		for _, l := range [...]*ledger{&e.previous, &e.current} {
			if l.start != 0 { // an empty one too: it says that older ones are gone
				out = append(out, Ledger{Allowance: e.key, Start: l.start, Bytes: l.bytes, Reached: l.reached})
			}
		}
	}
	return out
}

// Restore takes what Ledgers returned, before the first record. A ledger of an
// allowance that is gone, or whose schedule is another, is left out. Where the
// ceiling was raised above the one reached, there is room again.
func (p *Pass) Restore(ledgers []Ledger) {
	if p == nil {
		return
	}
	for _, l := range ledgers {
		for i := range p.entries {
			if p.entries[i].key == l.Allowance {
				p.entries[i].restore(l)
			}
		}
	}
}

func (e *entry) restore(from Ledger) {
	if from.Start < earliest || from.Start > latest || from.Bytes < 0 {
		return
	}
	s := e.at(from.Start)
	if !s.in || s.start != from.Start {
		return
	}
	l := e.open(s)
	if l == nil {
		return
	}
	l.bytes = from.Bytes
	if from.Reached > 0 && e.ceiling <= from.Reached {
		l.reached = from.Reached
	}
}
