// Package engine runs rules over flow records in event time and gathers their
// findings into incidents. It knows neither pdata nor a clock of its own: the
// same records in the same order give the same alerts, at any time and speed, on
// one core or on several.
package engine

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
)

// Settings of an engine. All durations are event time.
type Settings struct {
	Window      time.Duration // over which a destination's volume is summed
	Quiet       time.Duration // without bytes sent, after which an incident closes
	MaxLateness time.Duration // behind the latest record, from which one is late
	Learning    time.Duration // since the first record, in which what is seen is usual
	Retention   time.Duration // without use, after which what was learned is forgotten
	Floor       int64         // volume in a window from which a limit is walked up, bytes
	MinScore    float64       // of an incident, from which it opens

	Workloads, Destinations, Incidents int // limits, of all shards together

	Internal netset.Set // destinations that are not outside

	// Observed says whether a record's source is a container's, where its resource
	// names no workload; nil: none is.
	Observed func(*flow.Record) bool
	// System is the number of an address's autonomous system, 0 if none is known;
	// nil without a database.
	System func(netip.Addr) uint32
	// Allow is what is known to be good, nil without allowances.
	Allow *allow.List

	// Kept says that incidents are to be kept, see Said.Saved.
	Kept bool

	// Shards is how many parts the workloads are divided into, each run by a
	// goroutine of its own if there are several.
	Shards int
}

// allowances is how many there are.
func (s *Settings) allowances() int {
	if s.Allow == nil {
		return 0
	}
	return s.Allow.Len()
}

// Engine holds all state. It is not safe for concurrent use.
type Engine struct {
	set    Settings
	clock  clock
	counts Counts
	shards []*shard
	begun  int64 // time of the first record, 0 before it
	lost   int64
	// answers says that some source tells what came back by itself: then a record of
	// one direction only is half of what there is to know.
	answers bool
}

// Said is an alert, and the source of the record that opened the incident, nil
// where the alert is of an incident that was open already.
type Said struct {
	alert.Alert
	Source *Source
	// Saved is the incident as of the alert, to be kept for Restoration.Incident; nil
	// unless Settings.Kept.
	Saved []byte
}

// New makes an engine that runs rules in the order given. Each shard has rules of
// its own.
func New(set Settings, rules func() []Rule) *Engine {
	set.Shards = max(set.Shards, 1)
	e := &Engine{set: set}
	for range set.Shards {
		e.shards = append(e.shards, newShard(set, rules()))
	}
	e.counts = newCounts(len(e.shards[0].all), set.allowances())
	return e
}

// Arrive notes the wall clock when the records that follow came in. It bounds
// how far into the future they may claim to be, nothing else.
func (e *Engine) Arrive(wall time.Time) { e.clock.arrive(wall) }

// Pass closes and forgets what has been idle, by the wall clock's time since
// the latest record arrived.
func (e *Engine) Pass(wall time.Time) {
	e.clock.pass(wall)
	for _, s := range e.shards {
		s.closeQuiet(e.clock.now())
		s.sweep(e.clock.now())
	}
}

// End closes every incident with its totals: nobody will follow them any further.
func (e *Engine) End() {
	for _, s := range e.shards {
		s.closeAll(e.clock.now())
	}
}

// Observe takes one record. What it causes to be said is in Alerts. The source
// and, with several shards, the memory behind the record's strings must stay as
// they are until then.
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
	e.answers = e.answers || r.Answers()
	e.dispatch(item{
		src: src, key: key, r: r, now: e.clock.now(), lost: e.lost, learning: e.learning(),
		waits: e.answers && r.Unidirectional,
	})
}

// learning says whether the engine has only begun to learn.
func (e *Engine) learning() bool {
	if e.begun == 0 {
		e.begun = e.clock.watermark
	}
	return e.clock.watermark < e.begun+int64(e.set.Learning)
}

func (e *Engine) dispatch(it item) {
	if len(e.shards) == 1 {
		s := e.shards[0]
		s.item = it
		s.observe(&s.item)
		return
	}
	e.shardOf(it.key).enqueue(it)
}

// shardOf is the same for a workload in every run, so that a replay fills the same tables.
func (e *Engine) shardOf(workload string) *shard {
	if len(e.shards) == 1 {
		return e.shards[0]
	}
	return e.shards[xxhash.Sum64String(workload)%uint64(len(e.shards))]
}

// workloadOf falls back to the source address where the resource says nothing.
func (e *Engine) workloadOf(src *Source, r *flow.Record) (string, bool) {
	if src.key != "" {
		return src.key, true
	}
	if e.set.Observed == nil || !e.set.Observed(r) {
		return "", false
	}
	return "address\x00" + r.Source.Addr().String(), true
}

// Alerts returns what is to be said of the records since the last call, in order
// of time, and forgets it.
func (e *Engine) Alerts() []Said {
	e.run()
	var said []Said
	for _, s := range e.shards {
		s.closeQuiet(e.clock.now())
		said = append(said, s.pending...)
		s.pending, s.base = s.pending[:0], e.lost
	}
	slices.SortStableFunc(said, func(a, b Said) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.ID, b.ID))
	})
	return said
}

// run lets each shard work through its queue.
func (e *Engine) run() {
	if len(e.shards) == 1 {
		return
	}
	var working sync.WaitGroup
	for _, s := range e.shards {
		working.Go(s.work)
	}
	working.Wait()
}
