package engine

import (
	"cmp"
	"math"
	"slices"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// suspect is an incident that is open, or has too little against it to be. Once
// open it pins the state it is about.
type suspect struct {
	*incident.Incident

	key      PairKey
	opened   bool
	told     []float64 // what was last found, by rule
	active   int64     // when bytes were last reported, in event time
	quiet    int64     // how long it must be silent to be over, ns
	ongoing  ongoing
	pair     *Pair // good while opened
	entry    *bounded.Entry[PairKey, Pair]
	workload *bounded.Entry[string, Workload]
}

// follow takes a record of a suspect's traffic.
func (s *shard) follow(sus *suspect, it *item) {
	sus.Add(it.r)
	if it.r.Bytes > 0 {
		sus.active = max(sus.active, it.now)
	}
	sus.ongoing.note(it.r, it.now)
	if sus.opened {
		s.due = min(s.due, sus.due()) // a flow that ends is not waited for
	}
}

// due is when an open incident may close.
func (o *suspect) due() int64 { return max(o.active+o.quiet, o.ongoing.until()) }

// found takes a finding into the pair's suspect, makes one if there is none, and
// opens it if that is enough.
func (s *shard) found(f *Finding, rule int, c *scene) *suspect {
	complete(f, c.r)
	sus := s.suspectFor(f, c)
	if sus == nil {
		s.refused++
		return nil
	}
	before := sus.Severity()
	sus.told[rule] = f.Observed
	sus.quiet = max(sus.quiet, int64(f.Quiet))
	sus.Find(f)
	switch {
	case sus.opened && sus.Severity() > before:
		s.say(sus, alert.Update, c.r.Time, nil)
	case !sus.opened && sus.Score() >= s.set.MinScore:
		s.tryOpen(sus, c)
	}
	return sus
}

// complete fills in what the record knows better than the rule.
func complete(f *Finding, r *flow.Record) {
	f.Time = r.Time
	if f.Protocol == "" {
		f.Protocol, f.Port = r.Protocol, r.Destination.Port()
	}
	if f.Protocol == "" {
		f.Protocol = r.Transport
	}
}

// suspectFor finds the scene's suspect or makes it; nil where there is no room.
func (s *shard) suspectFor(f *Finding, c *scene) *suspect {
	e, fresh := s.suspects.Touch(c.key, c.now, c.r.Bytes)
	if e == nil {
		return nil
	}
	c.pair.marks |= suspected
	if fresh {
		e.Value = s.begin(f, c)
	}
	return e.Value
}

// begin makes the incident. Its bytes are counted from the beginning of the
// traffic, not from the crossing.
func (s *shard) begin(f *Finding, c *scene) *suspect {
	p, r := c.pair, c.r
	v := p.window.sum()
	start := incident.Start{
		Workload: c.workload.Value.Key,
		Subject:  subject(c.src.Resource, r.Source.Addr()),
		About:    c.about(),
		Group:    string(c.key.Group[:]),
		Domain:   c.domain(),
		Peer:     r.Destination.Addr(),
		First:    p.since(s.pace.width),
		Last:     max(p.last, r.Time),
		Bytes:    max(saturate(v.Sent, v.Served), r.Bytes),
		Lost:     s.lost - int64(uint32(s.lost)-p.lost),
	}
	if f.Since > int64(p.closed)*1e9 {
		start.Bytes = max(start.Bytes, f.Sent)
		start.First = min(start.First, f.Since)
	}
	if start.First <= 0 || start.First > r.Time {
		start.First = r.Time
	}
	sus := &suspect{
		Incident: incident.New(start), key: c.key, told: make([]float64, len(s.all)),
		active: c.now, quiet: int64(s.set.Quiet),
	}
	sus.Sender(r)
	sus.ongoing.note(r, c.now)
	return sus
}

// about is the kind of destination that the scene's pair is.
func (c *scene) about() incident.About {
	switch c.key.Group[0] {
	case byQuestion:
		return incident.Domain
	case byWorkload:
		return incident.All
	default:
		return incident.Peer
	}
}

func (c *scene) domain() string {
	if c.about() == incident.Domain {
		return registered(c.r.DNS.QuestionName)
	}
	return cmp.Or(c.r.Server, c.name)
}

// tryOpen opens the incident if there is room, and pins its state.
func (s *shard) tryOpen(sus *suspect, c *scene) {
	if !s.mayOpen(&c.workload.Value) {
		s.refused++
		return
	}
	sus.pair, sus.entry, sus.workload = c.pair, c.entry, c.workload
	sus.active = c.now
	s.hold(sus, s.suspects.Get(c.key))
	s.say(sus, alert.Open, c.r.Time, c.src)
}

// hold takes it among the open ones, and pins its state.
func (s *shard) hold(sus *suspect, e *bounded.Entry[PairKey, *suspect]) {
	sus.opened = true
	e.Pin(true)
	if sus.entry != nil {
		sus.entry.Pin(true)
	}
	sus.workload.Pin(true)
	sus.workload.Value.incidents++
	s.due = min(s.due, sus.due())
	s.open = append(s.open, sus)
}

// mayOpen says whether another incident of w has room. One workload may have no
// more of them open than there is room left for others, so that it cannot use
// the room up and leave another's upload unreported.
func (s *shard) mayOpen(w *Workload) bool {
	free := s.set.Incidents - len(s.open)
	return free > 0 && w.incidents <= free
}

// say queues the alert of this moment.
func (s *shard) say(sus *suspect, status alert.Status, at int64, src *Source) {
	lost := s.lost
	if status == alert.Closed {
		lost = s.base
	}
	said := Said{Alert: sus.Say(status, at, lost), Source: src}
	if s.set.Kept {
		said.Saved = s.save(sus)
	}
	s.pending = append(s.pending, said)
}

// closeQuiet closes the incidents whose quiet period is over, in the order in
// which they became due.
func (s *shard) closeQuiet(now int64) {
	if now < s.due || len(s.open) == 0 {
		return
	}
	var quiet []*suspect
	s.open = slices.DeleteFunc(s.open, func(o *suspect) bool {
		over := o.due() <= now
		if over {
			quiet = append(quiet, o)
		}
		return over
	})
	slices.SortStableFunc(quiet, func(a, b *suspect) int { return cmp.Compare(a.due(), b.due()) })
	for _, o := range quiet {
		s.finish(o, o.due())
	}
	s.due = math.MaxInt64
	for _, o := range s.open {
		s.due = min(s.due, o.due())
	}
}

// closeAll closes every incident as it is, in the order in which they would have become
// due.
func (s *shard) closeAll(now int64) {
	open := s.open
	s.open, s.due = nil, math.MaxInt64
	slices.SortStableFunc(open, func(a, b *suspect) int { return cmp.Compare(a.due(), b.due()) })
	for _, o := range open {
		s.finish(o, min(o.due(), now))
	}
}

// finish closes an incident at a time. What is sent from then on is another one.
func (s *shard) finish(o *suspect, at int64) {
	s.say(o, alert.Closed, at, nil)
	o.settle()
	if o.entry != nil {
		o.entry.Pin(false)
	}
	s.suspects.Remove(o.key)
	w := &o.workload.Value
	if w.incidents--; w.incidents == 0 {
		o.workload.Pin(false)
	}
}

// settle makes the pair what it is after its incident.
func (o *suspect) settle() {
	p := o.pair
	p.marks &^= suspected
	p.window, p.first, p.last = window{step: p.window.step}, 0, 0
	p.ledger = stats.Ledger{}
	p.closed = uint32(o.LastSeen() / 1e9)
}
