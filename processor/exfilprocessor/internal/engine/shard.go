package engine

import (
	"math"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

const (
	// sweepPerPass is how many entries of each table a pass looks at. Tables in use
	// sweep themselves.
	sweepPerPass = 1 << 16
	// bulkDoubles and dailyDoubles are how fast a limit may be walked up: what may
	// be sent in a window doubles once a day, in a day once a week.
	bulkDoubles  = 24 * time.Hour
	dailyDoubles = 7 // days
)

// shard is the state of some of the workloads.
type shard struct {
	set    Settings
	all    []Rule
	rules  [scopes][]ruled
	counts []int64 // of findings, by rule
	passed []Allowed

	workloads *bounded.Table[string, Workload]
	current   *bounded.Entry[string, Workload] // of the last record
	pairs     *bounded.Table[PairKey, Pair]
	suspects  *bounded.Table[PairKey, *suspect]
	aliases   aliases
	transfers transfers
	servers   *names
	questions *names
	serial    uint64

	open    []*suspect // in order of opening
	due     int64      // when the first of them may close, at the earliest
	refused int64      // incidents that did not open for want of room
	pending []Said

	pace  pace
	view  View
	item  item // in hand, with one shard
	queue []item
	asked asked // the question in hand
	lost  int64 // as of the record in hand
	base  int64 // as of the batch in hand: when a shard closes what is quiet is its own affair

	warmth uint64 // of no meaning: it keeps warm's reads from being left out
}

// ruled is a rule and its number among all.
type ruled struct {
	Rule
	number int
}

// item is a record and what the engine knows of it.
type item struct {
	src      *Source
	key      string // the workload's
	r        *flow.Record
	now      int64 // when its state counts as used: however late it is, it is used now
	lost     int64 // what observers have lost, with this record
	learning bool
	waits    bool   // there is, or will be, another record of what came back
	name     string // of the peer, where another record told it
}

func newShard(set Settings, rules []Rule) *shard {
	part := func(limit int) int { return max(limit/set.Shards, 1) }
	set.Incidents = part(set.Incidents)
	idle := int64(max(set.Retention, set.Window+set.Quiet))
	destinations := part(set.Destinations)
	s := &shard{
		set: set, all: rules, counts: make([]int64, len(rules)), passed: make([]Allowed, set.allowances()),
		workloads: bounded.New[string, Workload](part(set.Workloads), idle),
		pairs:     bounded.New[PairKey, Pair](destinations, idle),
		suspects:  bounded.New[PairKey, *suspect](2*set.Incidents, int64(day*time.Second)),
		aliases:   newAliases(destinations),
		transfers: newTransfers(destinations),
		servers:   newNames(byDomain, rememberedServers),
		questions: newNames(byQuestion, rememberedQuestions),
		due:       math.MaxInt64,
	}
	s.pace.width = max(int64(set.Window)/quarters, 1)
	s.pace.bulk.Bins = float64(bulkDoubles) / float64(s.pace.width*quarters)
	s.pace.bulk.Day = uint32(max(int64(24*time.Hour)/(s.pace.width*quarters), 1))
	s.pace.daily.Bins = dailyDoubles
	s.pace.bulk.Start, s.pace.daily.Start = float64(set.Floor), float64(set.Floor)
	s.view = View{span: set.Window}
	for i, rule := range rules {
		s.rules[rule.Scope()] = append(s.rules[rule.Scope()], ruled{rule, i})
	}
	return s
}

// enqueue keeps a copy of the record until work.
func (s *shard) enqueue(it item) {
	r := *it.r
	r.FTPCommands = slices.Clone(r.FTPCommands)
	it.r = &r
	s.queue = append(s.queue, it)
}

func (s *shard) work() {
	for i := range s.queue {
		s.observe(&s.queue[i])
	}
	clear(s.queue)
	s.queue = s.queue[:0]
}

// observe shows a record to the rules that see it.
func (s *shard) observe(it *item) {
	s.closeQuiet(it.now)
	s.lost = it.lost
	outside := !s.set.Internal.Contains(it.r.Destination.Addr())
	asks := it.r.DNS.QuestionName != "" && len(s.rules[Questions]) > 0
	if !outside && !asks {
		return
	}
	w := s.workload(it)
	if w == nil || s.allowed(w, it) {
		return
	}
	s.learn(it, &w.Value)
	if asks {
		s.question(it, w)
	}
	if outside {
		s.peer(it, w)
	}
}

// workload finds or makes the record's; nil where there is no room.
func (s *shard) workload(it *item) *bounded.Entry[string, Workload] {
	w := s.current
	if s.workloads.Renew(w, it.key, it.now, it.r.Bytes) {
		return w
	}
	w, fresh := s.workloads.Touch(it.key, it.now, it.r.Bytes)
	s.current = w
	if fresh && w != nil {
		s.serial++
		w.Value = Workload{Key: w.Key, Serial: s.serial}
		w.Value.total.enter(it)
		w.Value.unusual.enter(it)
	}
	if w != nil && !w.Value.met {
		w.Value.met = true
		s.permit(&w.Value, it)
	}
	return w
}

// permit gives the workload the pass it has, with what was kept of it.
func (s *shard) permit(w *Workload, it *item) {
	if s.set.Allow == nil {
		return
	}
	w.pass = s.set.Allow.For(it.src.Resource)
	w.pass.Restore(w.ledgers)
	w.ledgers = nil
}

// allowed says whether an allowance covers the record.
func (s *shard) allowed(w *bounded.Entry[string, Workload], it *item) bool {
	if w.Value.pass == nil {
		return false
	}
	allowance, taken := w.Value.pass.Take(it.src.Resource, it.r)
	if taken {
		s.passed[allowance].add(it.r.Bytes)
	}
	return taken
}

// learn sets how fast the baselines learn.
func (s *shard) learn(it *item, w *Workload) {
	s.pace.bulk.Free, s.pace.daily.Free = it.learning, it.learning
	s.pace.bulk.Total, s.pace.daily.Total = &w.total.bulk, &w.total.daily
}

// peer is traffic with an outside host, whoever began it.
func (s *shard) peer(it *item, w *bounded.Entry[string, Workload]) {
	key, named := PairKey{Workload: w.Value.Serial}, false
	key.Group, named = s.group(key.Workload, it)
	e := s.pair(key, it, named)
	if e == nil {
		return
	}
	p := &e.Value
	if named && s.aliases.worth(p, it.r) {
		s.aliases.put(key, it)
	}
	p.count(it.r, it.lost-it.r.Lost, &s.pace)
	p.setPeer(it.r.Destination)
	s.transfers.observe(key, p, &w.Value.every, it.r, it.now)
	c := scene{item: it, key: key, pair: p, entry: e, workload: w}
	sus := s.show(Peers, &c)
	if it.r.Initiator == flow.InitiatorDestination || sus != nil && sus.opened {
		return
	}
	w.Value.total.count(it.r, it.lost-it.r.Lost, &s.pace)
	if it.learning || !p.established(it.now) {
		s.unusual(it, &key, w)
	}
}

// unusual is traffic with an outside host that is not customary, and about which no
// incident is open.
func (s *shard) unusual(it *item, key *PairKey, w *bounded.Entry[string, Workload]) {
	p := &w.Value.unusual
	p.count(it.r, it.lost-it.r.Lost, &s.pace)
	p.setPeer(it.r.Destination)
	if it.r.Bytes > 0 {
		w.Value.windows.add(&key.Group, uint32(it.r.Time/(s.pace.width*quarters)), &s.pace.bulk)
		w.Value.days.add(&key.Group, uint32(it.r.Time/(day*1e9)), &s.pace.daily)
	}
	all := PairKey{Workload: key.Workload, Group: total}
	s.show(Totals, &scene{item: it, key: all, pair: p, workload: w})
}

// pair finds or makes the pair; nil where there is no room.
func (s *shard) pair(key PairKey, it *item, named bool) *bounded.Entry[PairKey, Pair] {
	e, fresh := s.pairs.Touch(key, it.now, it.r.Bytes)
	if !fresh || e == nil {
		return e
	}
	if named {
		if known := s.rename(key, it); known != nil {
			return known
		}
	}
	e.Value.enter(it)
	return e
}

// enter makes the pair anew.
func (p *Pair) enter(it *item) {
	*p = Pair{born: uint32(it.r.Time / 1e9)}
	if it.learning {
		p.marks = customary
	}
}

// scene is a record and the state it belongs to.
type scene struct {
	*item
	key      PairKey
	pair     *Pair
	entry    *bounded.Entry[PairKey, Pair] // of the pair; nil for a workload's own
	workload *bounded.Entry[string, Workload]
}

// show lets the rules of a scope see the record.
func (s *shard) show(scope Scope, c *scene) *suspect {
	sus := s.suspectOf(c.key, c.pair)
	if sus != nil {
		s.follow(sus, c.item)
	}
	v := &s.view
	v.Key, v.Workload, v.Now, v.Learning = c.key, &c.workload.Value, c.now, c.learning
	v.pair, v.suspect, v.name, v.waits = c.pair, sus, c.name, c.waits
	for i := range s.rules[scope] {
		rule := &s.rules[scope][i]
		v.rule = rule.number
		if finding, ok := rule.Observe(v, c.r); ok {
			s.counts[rule.number]++
			v.suspect = s.found(finding, rule.number, c)
		}
	}
	if sus = v.suspect; sus != nil && sus.opened && sus.Grown() {
		s.say(sus, alert.Update, c.r.Time, nil)
	}
	return sus
}

func (s *shard) sweep(now int64) {
	s.workloads.Sweep(now, sweepPerPass)
	s.pairs.Sweep(now, sweepPerPass)
	s.suspects.Sweep(now, sweepPerPass)
	s.aliases.Sweep(now, sweepPerPass)
	s.transfers.Sweep(now, sweepPerPass)
	for _, rule := range s.all {
		rule.Sweep(now, sweepPerPass)
	}
}
