package engine

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// View is what a rule sees beside the record: one pair, the workload, and what was
// learned of both. It is the rule's for the length of the call.
type View struct {
	// Key names the pair.
	Key PairKey
	// Workload is the pair's.
	Workload *Workload
	// Now is the engine's time, which a late record does not set back, for saying
	// when a rule's own state was last used. Event time, ns.
	Now int64
	// Learning says that the engine has only begun to learn what is usual.
	Learning bool

	pair    *Pair
	waits   bool     // for what comes back, if the pair has had none
	name    string   // of the peer, where another record told it
	suspect *suspect // nil where there is none
	rule    int
	span    time.Duration
}

// Volume is what went over the pair in the sliding window.
func (v *View) Volume() Volume {
	volume := v.pair.window.sum()
	volume.Unanswered = v.waits && !v.pair.has(answered)
	return volume
}

// Open says whether an incident is open about the pair.
func (v *View) Open() bool { return v.suspect != nil && v.suspect.opened }

// Score is that of what was found about the pair so far, by all rules; 0 where nothing
// was.
func (v *View) Score() float64 {
	if v.suspect == nil {
		return 0
	}
	return v.suspect.Score()
}

// News says whether a finding of so much is worth making: the first is, then a quarter
// more while no incident is open, and once one is every doubling, until it has closed.
// A rule asks before it spends anything on words.
func (v *View) News(observed float64) bool {
	if v.suspect == nil {
		return true
	}
	before := v.suspect.told[v.rule]
	if v.suspect.opened {
		before *= 2
	} else {
		before *= 1.25
	}
	return before == 0 || observed >= before
}

// Established says that sending to the destination is customary: it was there while
// the engine learned, or has been for a week, on at least three days.
func (v *View) Established() bool {
	if v.Learning {
		return false
	}
	return v.pair.established(v.Now)
}

// established says that sending to the pair's destination is customary, once the
// engine has learned.
func (p *Pair) established(now int64) bool {
	return p.has(customary) || now-int64(p.born)*1e9 >= 7*day*1e9 && p.daily.Bins() >= 3
}

// Age is how long ago the pair was first seen.
func (v *View) Age() time.Duration {
	return time.Duration(v.Now - int64(v.pair.born)*1e9)
}

// Told is the end of the second in which the last bytes were sent of which an
// incident told that is over, event time in ns; 0 without one. Sums of a rule's own
// begin after it.
func (v *View) Told() int64 {
	if v.pair.closed == 0 {
		return 0
	}
	return (int64(v.pair.closed) + 1) * 1e9
}

// settled is how long a workload is seen until what it then does is new to it.
const settled = day

// Settled says that the workload has been seen for a day at the record's time, in
// seconds, and the engine is past its learning period.
func (v *View) Settled(at uint32) bool {
	born := int64(v.Workload.total.born)
	return !v.Learning && born != 0 && int64(at) >= born+settled
}

// Sender notes the process behind the record, by hash, at the record's time in
// seconds, and returns when it was first seen of the workload. What is seen until the
// workload has settled is customary: seen since the epoch. It is false where the
// workload has too many processes to remember another. Place is kept by the caller
// between calls about one process, and saves a search.
func (v *View) Sender(hash, at uint32, place *uint8) (first uint32, ok bool) {
	return v.Workload.senders.See(hash, at, !v.Settled(at), place)
}

// Suspect says whether something was found about the pair.
func (v *View) Suspect() bool { return v.suspect != nil }

// Followed says that the rule that follows pairs keeps state of its own about this
// one, so that the others need no look-up. There is one such rule: slow_drip.
func (v *View) Followed() bool { return v.pair.has(followed) }

// Follow begins or ends that.
func (v *View) Follow(yes bool) {
	if yes {
		v.pair.marks |= followed
	} else {
		v.pair.marks &^= followed
	}
}

// Window is the length of the sliding window.
func (v *View) Window() time.Duration { return v.span }

// Limit is how much may be sent within the window, floor at the least.
func (v *View) Limit(floor int64) Limit {
	return v.limit(floor, &v.pair.bulk, &v.Workload.total.bulk)
}

// DayLimit is how much may be sent within a day, floor at the least.
func (v *View) DayLimit(floor int64) Limit {
	return v.limit(floor, &v.pair.daily, &v.Workload.total.daily)
}

func (v *View) limit(floor int64, own, total *stats.Baseline) Limit {
	least := float64(floor)
	switch {
	case v.Learning, v.pair.has(customary) && !own.Known(): // until its first bin is over
		return Limit{Bytes: least * learningFactor, Basis: Learning}
	case own.Known():
		if limit := own.Limit(); limit > least {
			return Limit{Bytes: limit, Usual: own.Usual(), Basis: Learned}
		}
	default:
		if usual := total.Usual(); usual > least {
			return Limit{Bytes: usual, Usual: usual, Basis: WorkloadLearned}
		}
	}
	return Limit{Bytes: least, Usual: own.Usual(), Basis: Floor}
}

// Bulk is the baseline of what is sent within a window, Daily within a day.
func (v *View) Bulk() *stats.Baseline { return &v.pair.bulk }

// Daily is the baseline of what is sent within a day.
func (v *View) Daily() *stats.Baseline { return &v.pair.daily }

// ordinaryAfter is how many days it takes to know what a workload usually sends.
const ordinaryAfter = 3

// Ordinary is what the workload usually sends to all outside destinations together
// within a window, by the mean over days that are past; 0 where that is not known
// yet. What is sent today does not make it ordinary.
func (v *View) Ordinary() float64 {
	if b := &v.Workload.total.daily; b.Bins() >= ordinaryAfter {
		return b.Usual() * v.span.Hours() / 24
	}
	return 0
}

// exchanged is how many times what a workload usually sends another service may get.
const exchanged = 2

// Replaces says that the destination may have taken another one's place: it gets no
// more than about what the workload usually sends in all, and the others get less than
// half of that within the hour.
func (v *View) Replaces() bool {
	ordinary := v.Ordinary()
	if float64(v.Volume().Sent) > exchanged*ordinary {
		return false
	}
	others := v.Workload.total.ledger.Sum(stats.Hour) - v.pair.ledger.Sum(stats.Hour)
	return others < ordinary*float64(time.Hour)/float64(v.span)/2
}

// Ledger is what was sent, not served, over an hour, a day and a week.
func (v *View) Ledger() *stats.Ledger { return &v.pair.ledger }

// Shift is how far what is sent a day has moved above the usual, in deviations times
// days.
func (v *View) Shift() stats.Shift { return v.pair.shift }

// Sizes are those of the transfers that the workload began.
func (v *View) Sizes() *stats.Sizes { return &v.pair.sizes }

// Beats is their rhythm.
func (v *View) Beats() *stats.Beats { return &v.pair.beats }

// Name is the name that the record's peer goes by: the record's own, else that of an
// earlier one; empty where there is none.
func (v *View) Name(r *flow.Record) string {
	if r.Server != "" {
		return r.Server
	}
	return v.name
}

// suspectOf finds the pair's suspect, and clears the mark of one that is gone.
func (s *shard) suspectOf(key PairKey, p *Pair) *suspect {
	if !p.has(suspected) {
		return nil
	}
	e := s.suspects.Get(key)
	if e == nil {
		p.marks &^= suspected
		return nil
	}
	return e.Value
}
