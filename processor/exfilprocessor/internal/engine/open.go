package engine

import (
	"cmp"
	"slices"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
)

// open is an open incident. It pins the state it is about.
type open struct {
	*incident.Incident

	pair     *bounded.Entry[PairKey, Pair]
	workload *bounded.Entry[string, Workload]
	active   int64 // when bytes were last reported, in event time
	ongoing  ongoing
}

func (o *open) add(from *origin) {
	o.Add(from.r)
	if from.r.Bytes > 0 {
		o.active = max(o.active, from.now)
	}
	o.ongoing.note(from.r, from.now)
}

// found takes a finding into the pair's incident, and opens one if there is
// none.
func (e *Engine) found(f *Finding, from *origin) {
	e.complete(f, from.r)
	p := &from.pair.Value
	if p.open != nil {
		before := p.open.Severity()
		p.open.Find(f)
		if p.open.Severity() > before {
			e.say(p.open, alert.Update, from.r.Time)
		}
		return
	}
	if !e.mayOpen(p.Workload) {
		e.refused++
		return
	}
	o := e.begin(f, from)
	o.Find(f)
	o.Sender(from.r)
	e.say(o, alert.Open, from.r.Time)
}

// mayOpen says whether another incident of w has room. One workload may have no
// more of them open than there is room left for others, so that it cannot use
// the room up and leave another's upload unreported.
func (e *Engine) mayOpen(w *Workload) bool {
	free := e.set.Incidents - len(e.open)
	return free > 0 && w.incidents <= free
}

// complete fills in what the record knows better than the rule.
func (e *Engine) complete(f *Finding, r *flow.Record) {
	f.Time = r.Time
	if f.Protocol == "" {
		f.Protocol, f.Port = r.Protocol, r.Destination.Port()
	}
	if f.Protocol == "" {
		f.Protocol = r.Transport
	}
}

// begin makes the incident and pins its state. Its bytes are counted from the
// beginning of the traffic, not from the crossing.
func (e *Engine) begin(f *Finding, from *origin) *open {
	p := &from.pair.Value
	v := p.Volume()
	start := incident.Start{
		Workload: p.Workload.Key,
		Subject:  subject(from.src.Resource, from.r.Source.Addr()),
		Peer:     p.Key.Peer,
		First:    p.since(),
		Last:     max(p.last, from.r.Time),
		Bytes:    max(saturate(v.Sent, v.Served), from.r.Bytes),
		Lost:     p.lost,
	}
	if f.Since > p.closed {
		start.Bytes = max(start.Bytes, f.Sent)
		start.First = min(start.First, f.Since)
	}
	start.First = min(start.First, from.r.Time)
	o := &open{Incident: incident.New(start), pair: from.pair, workload: from.workload, active: from.now}
	o.ongoing.note(from.r, from.now)
	p.open = o
	o.pair.Pin(true)
	o.workload.Value.incidents++
	o.workload.Pin(true)
	e.due = min(e.dueOr(o), e.dueOf(o))
	e.open = append(e.open, o)
	return o
}

// dueOr is the earliest close so far, or that of o alone.
func (e *Engine) dueOr(o *open) int64 {
	if len(e.open) == 0 {
		return e.dueOf(o)
	}
	return e.due
}

// dueOf is when o may close.
func (e *Engine) dueOf(o *open) int64 { return max(o.active+int64(e.set.Quiet), o.ongoing.until()) }

// say queues the alert of this moment.
func (e *Engine) say(o *open, status alert.Status, at int64) {
	e.pending = append(e.pending, o.Say(status, at, o.pair.Value.domain, e.lost))
}

// closeQuiet closes the incidents whose quiet period is over, in the order in
// which they became due.
func (e *Engine) closeQuiet() {
	now := e.clock.now()
	if len(e.open) == 0 || now < e.due {
		return
	}
	var quiet []*open
	e.open = slices.DeleteFunc(e.open, func(o *open) bool {
		over := e.dueOf(o) <= now
		if over {
			quiet = append(quiet, o)
		}
		return over
	})
	slices.SortStableFunc(quiet, func(a, b *open) int { return cmp.Compare(e.dueOf(a), e.dueOf(b)) })
	for _, o := range quiet {
		e.finish(o)
	}
	e.due = 1<<63 - 1
	for _, o := range e.open {
		e.due = min(e.due, e.dueOf(o))
	}
}

func (e *Engine) finish(o *open) {
	e.say(o, alert.Closed, e.dueOf(o))
	p := &o.pair.Value
	p.open, p.window, p.sending, p.closed = nil, window{}, 0, o.LastSeen()
	o.pair.Pin(false)
	w := &o.workload.Value
	if w.incidents--; w.incidents == 0 {
		o.workload.Pin(false)
	}
}
