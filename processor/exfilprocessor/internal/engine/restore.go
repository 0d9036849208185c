package engine

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// Standing is what of a kept incident was passed on before.
type Standing uint8

// The standings. Numbers are part of the kept form.
const (
	// Told: whoever takes alerts has all there were.
	Told Standing = iota
	// Opening: the alert that opens it was not taken.
	Opening
	// Updating: an update was not taken.
	Updating
	// Over: it has closed, and that was taken.
	Over
)

// Restoration fills an engine, which has seen no records yet, with what was kept:
// first the pieces of a snapshot in their order, then incidents.
type Restoration struct {
	engine *Engine
	wall   time.Time
	places map[uint64]place // by the number that a workload had
}

// place is where a workload is now.
type place struct {
	shard  *shard
	serial uint64
}

// Restore begins. Wall is the wall clock's time.
func (e *Engine) Restore(wall time.Time) *Restoration {
	return &Restoration{engine: e, wall: wall, places: make(map[uint64]place)}
}

// Meta reads what AppendMeta wrote.
func (r *Restoration) Meta(data []byte) error {
	c, e := state.Reader(data), r.engine
	meta := Engine{}
	meta.codeMeta(c)
	if c.Err() == nil {
		e.begun, e.lost = max(min(meta.begun, meta.clock.watermark), 0), max(meta.lost, 0)
		r.reach(meta.clock.watermark)
	}
	return c.Err()
}

// reach moves the clock to what was kept, but never past the wall clock.
func (r *Restoration) reach(at int64) {
	if c := &r.engine.clock; at > c.watermark {
		c.resume(at, r.wall)
	}
}

// Chunk reads a piece of a snapshot. What comes before an error counts.
func (r *Restoration) Chunk(kind state.Kind, data []byte) error {
	c := state.Reader(data)
	read := map[state.Kind]func(*state.Coder){
		state.Workloads: r.workload, state.Aliases: r.alias, state.Pairs: r.pair, state.Suspects: r.suspect,
	}[kind]
	if read == nil {
		return fmt.Errorf("%w: %s is no part of a snapshot", state.ErrMalformed, kind)
	}
	for c.More() {
		read(c)
	}
	return c.Err()
}

func (r *Restoration) workload(c *state.Coder) {
	var id uint64
	var u used
	var w Workload
	c.U64(&id)
	u.code(c)
	w.code(c)
	if c.Err() != nil {
		return
	}
	s := r.engine.shardOf(w.Key)
	if e := s.admit(w.Key, &u); e != nil {
		w.Key, w.Serial = e.Key, e.Value.Serial
		e.Value = w
		r.places[id] = place{s, w.Serial}
	}
}

// admit finds or makes a workload without a record of it.
func (s *shard) admit(key string, u *used) *bounded.Entry[string, Workload] {
	e, fresh := s.workloads.Touch(key, u.last, weight(u))
	if fresh && e != nil {
		s.serial++
		e.Value = Workload{Key: e.Key, Serial: s.serial}
	}
	return e
}

func weight(u *used) int64 { return max(whole(float64(u.weight)), 0) }

func (r *Restoration) alias(c *state.Coder) {
	var key peerOf
	var u used
	var a alias
	key.code(c)
	u.code(c)
	a.code(c)
	if at, ok := r.places[key.workload]; ok && c.Err() == nil {
		key.workload = at.serial
		if e, _ := at.shard.aliases.Touch(key, u.last, weight(&u)); e != nil {
			e.Value = a
		}
	}
}

func (r *Restoration) pair(c *state.Coder) {
	var key PairKey
	var u used
	var p Pair
	key.code(c)
	u.code(c)
	p.code(c)
	if at, ok := r.places[key.Workload]; ok && c.Err() == nil {
		key.Workload = at.serial
		if e, _ := at.shard.pairs.Touch(key, u.last, weight(&u)); e != nil {
			e.Value = p
		}
	}
}

func (r *Restoration) suspect(c *state.Coder) {
	var key PairKey
	var u used
	o := new(suspect)
	key.code(c)
	u.code(c)
	o.code(c, r.engine.shards[0].all)
	if at, ok := r.places[key.Workload]; ok && c.Err() == nil {
		key.Workload = at.serial
		o.key = key
		if e, _ := at.shard.suspects.Touch(key, u.last, weight(&u)); e != nil {
			e.Value = o
		}
	}
}

// Incident reads what Said or Engine.Incident had. An alert that was not taken is
// among the next Alerts.
func (r *Restoration) Incident(data []byte, standing Standing) (id string, err error) {
	c, o := state.Reader(data), new(suspect)
	var f saved
	f.code(c)
	if c.Err() != nil {
		return "", c.Err()
	}
	s := r.engine.shardOf(f.workload.Key)
	if o.code(c, s.all); c.Err() != nil {
		return "", c.Err()
	}
	r.reach(o.active)
	r.engine.lost = max(r.engine.lost, f.lost)
	s.lost = max(s.lost, f.lost)
	f.pair.marks |= suspected
	if !s.resettle(o, &f) {
		return "", ErrNoRoom
	}
	switch standing {
	case Over:
		o.settle()
		s.suspects.Remove(o.key)
	case Opening:
		err = s.reopen(o, &f.used, alert.Open)
	case Updating:
		err = s.reopen(o, &f.used, alert.Update)
	default:
		err = s.reopen(o, &f.used, "")
	}
	return o.ID(), err
}

// Why an incident that can be read is not taken.
var (
	// ErrNoRoom says that it is beyond the limits that hold now.
	ErrNoRoom = errors.New("no room for it within limits")
	// ErrTwice says that there is one about the same workload and destination.
	ErrTwice = errors.New("one is open about the same destination")
)

// resettle gives the incident its workload and pair; false where there is no room.
func (s *shard) resettle(o *suspect, f *saved) bool {
	u := f.used
	known := s.workloads.Get(f.workload.Key) != nil
	if known {
		u.weight = 0 // it has its weight
	}
	if o.workload = s.admit(f.workload.Key, &u); o.workload == nil {
		return false
	}
	w := &o.workload.Value
	if !known {
		f.workload.Key, f.workload.Serial = w.Key, w.Serial
		*w = f.workload
	}
	o.key = PairKey{Workload: w.Serial, Group: f.group}
	o.pair = &w.unusual
	if f.group != total {
		if u = f.used; s.pairs.Get(o.key) != nil {
			u.weight = 0
		}
		if o.entry, _ = s.pairs.Touch(o.key, u.last, weight(&u)); o.entry == nil {
			return false
		}
		o.pair = &o.entry.Value
	}
	*o.pair = f.pair
	return true
}

// reopen takes the incident among the open ones, and says what was not taken.
func (s *shard) reopen(o *suspect, u *used, untold alert.Status) error {
	if len(s.open) >= s.set.Incidents {
		return ErrNoRoom
	}
	if s.suspects.Get(o.key) != nil {
		u = &used{last: u.last}
	}
	e, _ := s.suspects.Touch(o.key, u.last, weight(u))
	if e == nil {
		return ErrNoRoom
	}
	if e.Value != nil && e.Value.opened {
		return ErrTwice
	}
	e.Value = o
	s.hold(o, e)
	s.recall(o)
	if untold != "" {
		s.say(o, untold, o.Spoke(), nil)
	}
	return nil
}

// recall lets an address go by its name again: not every record of a connection
// tells it.
func (s *shard) recall(o *suspect) {
	if o.key.Group[0] != byDomain {
		return
	}
	addr, name := o.Destination()
	if e, _ := s.aliases.Touch(peerOf{o.key.Workload, addr.As16()}, o.active, 0); e != nil {
		e.Value = alias{group: o.key.Group, name: name}
	}
}

// Done lets records come.
func (r *Restoration) Done() {
	for _, s := range r.engine.shards {
		s.lost = r.engine.lost
		s.due = math.MaxInt64
		for _, o := range s.open {
			s.due = min(s.due, o.due())
		}
	}
}
