// Package unusualsender finds processes and destinations that a workload never had,
// sending.
package unusualsender

import (
	"hash/maphash"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// fresh is how long a process is new after it was first seen, and a destination.
	fresh = 24 * time.Hour
	// recalled is of how many processes of all workloads the place is remembered.
	recalled = 1 << 12
	// mostSums bounds the pairs to which new processes send at a time.
	mostSums = 1 << 13
)

// Rule knows since when each workload has had a process, and sums what new ones send.
type Rule struct {
	cfg    Config
	seed   maphash.Seed
	recent [recalled]recent
	*bounded.Table[newcomer, sum]
}

// recent is where a process was last found. Losing it costs time only.
type recent struct {
	hash   uint64 // of workload and executable, seeded; 0 where there is none
	stable uint32
	place  uint8
}

// newcomer is a new process and a destination of its workload's.
type newcomer struct {
	pair    engine.PairKey
	process uint32
}

// sum is what it sent there.
type sum struct {
	bytes int64
	begun int64 // event time in ns
}

// New makes the rule with room for limit sums.
func New(cfg Config, limit int) *Rule {
	return &Rule{
		cfg: cfg, seed: maphash.MakeSeed(),
		Table: bounded.New[newcomer, sum](min(limit, mostSums), int64(fresh)),
	}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "unusual_sender",
	Category:    "exfiltration",
	Description: "A process or destination that the workload never had, sending",
	Reference:   "https://attack.mitre.org/techniques/T1020/",
	Version:     "1",
	Family:      alert.Novelty,
	Needs:       flow.FieldBytes | flow.FieldProcess,
}

// Observe notes the process, and reports what a new one sends, or what is sent to a
// new destination about which something else was found.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Process.Executable == "" {
		return nil, false
	}
	seconds := uint32(r.Time / 1e9)
	first, known := u.since(v, r.Process.Executable, seconds)
	if r.Bytes == 0 || r.Initiator == flow.InitiatorDestination || !v.Settled(seconds) {
		return nil, false
	}
	if known && int64(seconds) < int64(first)+int64(fresh/time.Second) {
		return u.newProcess(v, r)
	}
	return u.newDestination(v, r)
}

// since is when the workload was first seen to have the process; false where that
// is not known.
func (u *Rule) since(v *engine.View, executable string, at uint32) (first uint32, ok bool) {
	hash := (maphash.String(u.seed, executable) ^ v.Workload.Serial*0x9E3779B97F4A7C15) | 1
	e := &u.recent[hash>>1%recalled]
	if e.hash != hash {
		*e = recent{hash: hash, stable: stable(executable)}
	}
	return v.Sender(e.stable, at, &e.place)
}

// stable hashes an executable the same in every process (FNV-1a), as it is kept.
func stable(executable string) uint32 {
	hash := uint32(2166136261)
	for i := range len(executable) {
		hash = (hash ^ uint32(executable[i])) * 16777619
	}
	return hash
}

func (u *Rule) newProcess(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	e, _ := u.Touch(newcomer{v.Key, stable(r.Process.Executable)}, v.Now, r.Bytes)
	if e == nil {
		return nil, false
	}
	s := &e.Value
	if s.begun <= v.Told() {
		*s = sum{begun: r.Time} // what an incident told that is over is no part of it
	}
	if s.bytes += r.Bytes; s.bytes < 0 {
		s.bytes = most
	}
	if s.bytes < u.cfg.MinBytes || !v.News(float64(s.bytes)) {
		return nil, false
	}
	return u.tellProcess(v, r, *s), true
}

func (u *Rule) newDestination(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if !v.Suspect() || !isNew(v) {
		return nil, false
	}
	sent := v.Ledger().Sum(stats.Day)
	if sent < float64(u.cfg.MinBytes) || !v.News(sent) {
		return nil, false
	}
	return u.tellDestination(v, r, int64(min(sent, most))), true
}

// isNew says whether the workload has only begun to send to the destination.
func isNew(v *engine.View) bool { return !v.Established() && v.Age() < fresh }
