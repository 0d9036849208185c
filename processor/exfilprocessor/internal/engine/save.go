package engine

import (
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// scanMost is how many slots of a table a piece of a snapshot looks at, so that it
// takes no longer where few of them are used.
const scanMost = 1 << 14

// Snapshot goes through what the engine has learned, a piece at a time. Records may
// be observed between pieces: what changes meanwhile is in it as it was or as it is.
// Open incidents are not in it, see Incident.
type Snapshot struct {
	engine *Engine
	stage  int    // of stages
	shard  int    // within it
	slot   uint32 // of the shard's table
}

var stages = [...]state.Kind{state.Workloads, state.Aliases, state.Pairs, state.Suspects}

// Snapshot begins one.
func (e *Engine) Snapshot() *Snapshot { return &Snapshot{engine: e} }

// Kind is what the next piece holds; false where there is none.
func (s *Snapshot) Kind() (state.Kind, bool) {
	if s.stage == len(stages) {
		return 0, false
	}
	return stages[s.stage], true
}

// Append writes the next piece, which has most bytes and the rest of an entry. It
// may be empty.
func (s *Snapshot) Append(data []byte, most int) []byte {
	c := state.Writer(data)
	most += len(data)
	part := s.engine.shards[s.shard]
	switch stages[s.stage] {
	case state.Workloads:
		scan(s, part.workloads, c, most, func(e *bounded.Entry[string, Workload], u *used) {
			id := s.name(e.Value.Serial)
			c.U64(&id)
			u.code(c)
			e.Value.code(c)
		})
	case state.Aliases:
		scan(s, part.aliases.Table, c, most, func(e *bounded.Entry[peerOf, alias], u *used) {
			key := e.Key
			key.workload = s.name(key.workload)
			key.code(c)
			u.code(c)
			e.Value.code(c)
		})
	case state.Pairs:
		scan(s, part.pairs, c, most, func(e *bounded.Entry[PairKey, Pair], u *used) {
			key := PairKey{Workload: s.name(e.Key.Workload), Group: e.Key.Group}
			key.code(c)
			u.code(c)
			e.Value.code(c)
		})
	case state.Suspects:
		scan(s, part.suspects, c, most, func(e *bounded.Entry[PairKey, *suspect], u *used) {
			if e.Value.opened {
				return
			}
			key := PairKey{Workload: s.name(e.Key.Workload), Group: e.Key.Group}
			key.code(c)
			u.code(c)
			e.Value.code(c, part.all)
		})
	}
	return c.Bytes()
}

func (k *PairKey) code(c *state.Coder) {
	c.U64(&k.Workload)
	c.Array(k.Group[:])
}

func (p *peerOf) code(c *state.Coder) {
	c.U64(&p.workload)
	c.Array(p.addr[:])
}

// name makes a workload's number one that no other shard's has.
func (s *Snapshot) name(serial uint64) uint64 {
	return serial*uint64(len(s.engine.shards)) + uint64(s.shard)
}

// scan writes entries of a table, and moves on.
func scan[K comparable, V any](s *Snapshot, t *bounded.Table[K, V], c *state.Coder, most int, write func(*bounded.Entry[K, V], *used)) {
	next, more := t.Scan(s.slot, s.engine.clock.now(), scanMost, func(e *bounded.Entry[K, V]) bool {
		write(e, &used{e.Last(), e.Weight()})
		return len(c.Bytes()) < most
	})
	if s.slot = next; more {
		return
	}
	s.slot = 0
	if s.shard++; s.shard == len(s.engine.shards) {
		s.shard = 0
		s.stage++
	}
}

// AppendMeta writes what the engine itself keeps. It belongs behind the pieces of a
// snapshot.
func (e *Engine) AppendMeta(data []byte) []byte {
	c := state.Writer(data)
	e.codeMeta(c)
	return c.Bytes()
}

func (e *Engine) codeMeta(c *state.Coder) {
	c.I64(&e.begun)
	c.I64(&e.clock.watermark)
	c.I64(&e.lost)
}

// Incidents is how many are open.
func (e *Engine) Incidents() int {
	n := 0
	for _, s := range e.shards {
		n += len(s.open)
	}
	return n
}

// Incident is the nth open incident, as Said has it; false where there are fewer.
func (e *Engine) Incident(n int) (id string, saved []byte, ok bool) {
	for _, s := range e.shards {
		if n < len(s.open) {
			o := s.open[n]
			return o.ID(), s.save(o), true
		}
		n -= len(s.open)
	}
	return "", nil, false
}

// save is an open incident and all that it needs to go on.
func (s *shard) save(o *suspect) []byte {
	c := state.Writer(nil)
	form := saved{workload: o.workload.Value, group: o.key.Group, lost: s.lost, pair: *o.pair}
	if e := s.suspects.Get(o.key); e != nil {
		form.used = used{e.Last(), e.Weight()}
	}
	form.code(c)
	o.code(c, s.all)
	return c.Bytes()
}

// saved is what is kept of an open incident beside the incident itself.
type saved struct {
	workload Workload // in case that no snapshot has it
	group    Group
	lost     int64 // what observers have lost
	used     used
	pair     Pair
}

func (f *saved) code(c *state.Coder) {
	f.workload.code(c)
	c.Array(f.group[:])
	c.I64(&f.lost)
	f.used.code(c)
	f.pair.code(c)
}
