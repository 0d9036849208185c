package engine

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// PairKey names a workload and one of its destinations. Rules key their own
// state by it.
type PairKey struct {
	Workload uint64 // a workload's serial number, never given out twice
	Group    Group
}

// Pair is what is known of a workload and one of its destinations. It has no
// pointers and fits four cache lines with its table's own fields, since there may
// be a million of them.
type Pair struct {
	window window

	first  int64 // when the bytes in the window began to be sent, at the earliest
	last   int64 // when the last of them were sent
	lost   uint32
	closed uint32 // when the last incident's last bytes were sent, in seconds, or 0
	born   uint32 // when it was first seen, in seconds

	connections uint16 // whose transfers go on, at most
	port        uint16 // of the last peer
	marks       mark
	shift       stats.Shift    // of days
	bulk        stats.Baseline // by windows
	daily       stats.Baseline // by days
	ledger      stats.Ledger
	sizes       stats.Sizes
	beats       stats.Beats
	peer        [16]byte // the last peer's address
}

type mark uint8

const (
	// suspected: a finding was made, see Engine.suspects.
	suspected mark = 1 << iota
	// customary: it was there while the engine learned.
	customary
	// followed: a rule keeps state of its own about it.
	followed
	// answered: what came back was told, were it nothing.
	answered
)

func (p *Pair) has(m mark) bool { return p.marks&m != 0 }

// setPeer notes who of the group it was.
func (p *Pair) setPeer(peer netip.AddrPort) {
	p.peer, p.port = peer.Addr().As16(), peer.Port()
}

// pace is how fast the pair's baselines learn now.
type pace struct {
	width       int64 // of a quarter of the window, ns
	bulk, daily stats.Pace
}

const day = 86_400

// count takes a record in. Lost is what the observers had lost before it.
func (p *Pair) count(r *flow.Record, lost int64, pc *pace) {
	if !r.Unidirectional || r.Answers() {
		p.marks |= answered
	}
	step := r.Time / pc.width
	if r.Bytes > 0 {
		p.learn(r, step, pc)
		if p.first == 0 || step-p.last/pc.width >= quarters {
			p.first, p.last, p.lost = began(r), r.Time, uint32(lost)
		}
		p.first, p.last = min(p.first, r.Time), max(p.last, r.Time)
	}
	at, ok := p.window.at(uint32(step))
	if !ok {
		return
	}
	if r.Initiator == flow.InitiatorDestination {
		p.window.served[at] += float32(r.Bytes)
	} else {
		p.window.sent[at] = saturate(p.window.sent[at], r.Bytes)
	}
	p.window.received[at] += float32(r.ReverseBytes)
}

// learn takes the record into what is usual.
func (p *Pair) learn(r *flow.Record, step int64, pc *pace) {
	seconds := r.Time / 1e9
	p.bulk.Add(uint32(step/quarters), r.Bytes, &pc.bulk)
	z, learned := p.daily.Add(uint32(seconds/day), r.Bytes, &pc.daily)
	if learned && p.daily.Bins() > shiftAfter {
		p.shift.Add(z)
	}
	if r.Initiator != flow.InitiatorDestination {
		p.ledger.Add(seconds, r.Bytes)
	}
}

// shiftAfter is how many days the usual takes to be known well enough for a shift
// away from it to be one. Shorter bins would see one each morning.
const shiftAfter = 7

// since is when the traffic in the window began. What an earlier incident counted
// is no part of it.
func (p *Pair) since(width int64) int64 {
	oldest := (p.last/width - quarters + 1) * width
	if p.closed > 0 {
		oldest = max(oldest, (int64(p.closed)+1)*1e9)
	}
	return max(p.first, oldest)
}

// began is when the record's flow began, where it says so credibly.
func began(r *flow.Record) int64 {
	if r.Start > 0 && r.Start < r.Time {
		return r.Start
	}
	return r.Time
}
