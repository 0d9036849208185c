// Package engine runs rules over flow records in event time and gathers their
// findings into incidents. It knows neither pdata nor a clock of its own: the
// same records in the same order give the same alerts, at any time and speed.
package engine

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/netset"
)

// Settings of an engine. All durations are event time.
type Settings struct {
	Window      time.Duration // over which a destination's volume is summed
	Quiet       time.Duration // without bytes sent, after which an incident closes
	MaxLateness time.Duration // behind the latest record, from which one is late

	Workloads, Destinations, Incidents int // limits

	Internal   netset.Set // destinations that are not outside
	Containers netset.Set // sources taken for containers without a resource
}

// Engine holds all state. It is not safe for concurrent use.
type Engine struct {
	set    Settings
	rules  []Rule
	clock  clock
	counts Counts

	workloads *bounded.Table[string, Workload]
	pairs     *bounded.Table[PairKey, Pair]
	serial    uint64
	lost      int64

	open    []*open // in order of opening
	due     int64   // when the first of them may close, at the earliest
	refused int64   // incidents that did not open for want of room
	pending []alert.Alert
}

// New makes an engine that runs rules in the order given.
func New(set Settings, rules []Rule) *Engine {
	idle := int64(set.Window + set.Quiet)
	return &Engine{
		set:       set,
		rules:     rules,
		counts:    newCounts(len(rules)),
		workloads: bounded.New[string, Workload](set.Workloads, idle),
		pairs:     bounded.New[PairKey, Pair](set.Destinations, idle),
	}
}

// Arrive notes the wall clock when the records that follow came in. It bounds
// how far into the future they may claim to be, nothing else.
func (e *Engine) Arrive(wall time.Time) { e.clock.arrive(wall) }

// Pass closes and forgets what has been idle, by the wall clock's time since
// the latest record arrived.
func (e *Engine) Pass(wall time.Time) {
	e.clock.pass(wall)
	e.closeQuiet()
	e.sweep()
}

// sweepPerPass is how many entries of each table a pass looks at. Tables in use
// sweep themselves.
const sweepPerPass = 1 << 16

// Observe takes one record. What it causes to be said is in Alerts.
func (e *Engine) Observe(src *Source, r *flow.Record) {
	e.lost = saturate(e.lost, r.Lost)
	e.counts.Lost = saturate(e.counts.Lost, r.Lost)
	e.counts.Ignored += int64(r.Ignored)
	late := r.Time < e.clock.watermark-int64(e.set.MaxLateness)
	key, ok := e.workloadOf(src, r)
	if !ok {
		e.counts.Rejected[NoWorkload]++
		return
	}
	if !e.clock.admit(r.Time) {
		e.counts.Rejected[Future]++
		return
	}
	e.counts.Read++
	if late {
		e.counts.Late++
	}
	e.closeQuiet()
	if !e.set.Internal.Contains(r.Destination.Addr()) {
		e.outbound(origin{src: src, key: key, r: r, now: e.clock.now()})
	}
}

// workloadOf falls back to the source address where the resource says nothing.
func (e *Engine) workloadOf(src *Source, r *flow.Record) (string, bool) {
	if src.key != "" {
		return src.key, true
	}
	addr := r.Source.Addr()
	if !e.set.Containers.Contains(addr) {
		return "", false
	}
	return "address\x00" + addr.String(), true
}

// origin is a record and the state it belongs to.
type origin struct {
	src *Source
	key string // the workload's
	r   *flow.Record
	now int64 // when its state counts as used: however late it is, it is used now

	workload *bounded.Entry[string, Workload]
	pair     *bounded.Entry[PairKey, Pair]
}

// outbound is a record of traffic with an outside host, whoever began it.
func (e *Engine) outbound(from origin) {
	if !e.place(&from) {
		return
	}
	p, r := &from.pair.Value, from.r
	p.count(r, e.lost-r.Lost)
	if p.open != nil {
		p.open.add(&from)
		e.due = min(e.due, e.dueOf(p.open)) // a flow that ends is not waited for
	}
	for i, rule := range e.rules {
		if finding, ok := rule.Observe(p, r); ok {
			e.counts.Findings[i]++
			e.found(&finding, &from)
		}
	}
	if p.open != nil && p.open.Grown() {
		e.say(p.open, alert.Update, r.Time)
	}
}

// place finds or makes the state of the record's workload and destination;
// false where there is no room.
func (e *Engine) place(from *origin) bool {
	r := from.r
	w, fresh := e.workloads.Touch(from.key, from.now, r.Bytes)
	if w == nil {
		return false
	}
	if fresh {
		e.serial++
		w.Value = Workload{Key: from.key, Serial: e.serial}
	}
	key := PairKey{Workload: w.Value.Serial, Peer: r.Destination.Addr()}
	p, fresh := e.pairs.Touch(key, from.now, r.Bytes)
	if p == nil {
		return false
	}
	if fresh {
		p.Value = Pair{Key: key, width: max(int64(e.set.Window)/quarters, 1)}
	}
	p.Value.Workload, p.Value.Now = &w.Value, from.now
	from.workload, from.pair = w, p
	return true
}

// began is when the record's flow began, where it says so credibly.
func began(r *flow.Record) int64 {
	if r.Start > 0 && r.Start < r.Time {
		return r.Start
	}
	return r.Time
}

func (e *Engine) sweep() {
	now := e.clock.now()
	e.workloads.Sweep(now, sweepPerPass)
	e.pairs.Sweep(now, sweepPerPass)
	for _, rule := range e.rules {
		rule.Sweep(now, sweepPerPass)
	}
}
