// Package slowdrip finds volumes that leave a little at a time, over hours, days and
// weeks.
package slowdrip

import (
	"math"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// steady is how many windows must have been sent in, and drop which part of the
	// sum one of them may be: less is a transfer, and not a drip.
	steady = 6
	drop   = 1.0 / 3
	// steep is what a window sends that is bulk_upload's business.
	steep = 10 << 20
	// growth is how many times what was told is told again.
	growth = 1.5
	// stride is how many bytes of a day's sum are looked at together.
	stride = 256 << 10
	// mostFollowed is how many pairs' received bytes are summed at a time, and
	// followFor how long after the last of them.
	mostFollowed = 1 << 14
	followFor    = int64(48 * time.Hour)
)

// Rule compares the ledgers with floors and with what is usual. Of pairs that come
// close to that it sums what is received.
type Rule struct {
	cfg Config
	*bounded.Table[engine.PairKey, exchange]
}

// exchange is what was sent and received since the pair is followed.
type exchange struct {
	sent, received stats.Ledger
	poured         stats.Ledger // what was sent in bulk
	begun          int64        // event time in ns
	told           float64      // what was last found to be enough by itself
}

// New makes the rule with room for limit pairs.
func New(cfg Config, limit int) *Rule {
	return &Rule{cfg: cfg, Table: bounded.New[engine.PairKey, exchange](min(limit, mostFollowed), followFor)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "slow_drip",
	Category:    "exfiltration",
	Description: "A volume that leaves a little at a time to one outside destination",
	Reference:   "https://attack.mitre.org/techniques/T1030/",
	Version:     "1",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes,
}

// Observe reports a sum that crosses its limit, and again when it has grown by half.
func (d *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	var x *exchange
	if v.Followed() {
		x = d.take(v, r)
	}
	if r.Bytes == 0 {
		return nil, false
	}
	// Half of what would be suspect is the least that is followed.
	sum := v.Ledger().Sum(stats.Day)
	if sum < float64(d.cfg.SuspectBytes)/2 || v.Bulk().Bins() < steady || !passes(sum, float64(r.Bytes)) {
		return nil, false
	}
	return d.check(v, r, x)
}

// passes says that the sum passed a multiple of the stride with these bytes: small
// records are looked at now and then.
func passes(sum, bytes float64) bool {
	return math.Floor(sum/stride) > math.Floor((sum-bytes)/stride)
}

func (d *Rule) check(v *engine.View, r *flow.Record, x *exchange) (*engine.Finding, bool) {
	w := d.weigh(v, x)
	switch {
	case x != nil && w.part < 0.5 && x.poured.Sum(stats.Week) < float64(d.cfg.SuspectBytes):
		d.leave(v)
		return nil, false
	case x == nil && (w.part >= 0.5 || pours(v)):
		v.Follow(true)
		d.take(v, r)
		return nil, false
	}
	if x == nil || w.part < 1 || !d.drips(v, x) {
		return nil, false
	}
	if w.loud && w.sum < growth*x.told || !w.loud && !v.News(0) {
		return nil, false // no news
	}
	if w.loud {
		x.told = w.sum
	}
	return d.finding(v, &w, x), true
}

// pours says that the window sends so much that it is bulk_upload's business.
func pours(v *engine.View) bool {
	sent := float64(v.Volume().Sent)
	return sent >= steep && sent >= v.Limit(steep).Bytes
}

// drips says that the latest window is a small part of the day, and that the pair
// mostly sends.
func (d *Rule) drips(v *engine.View, x *exchange) bool {
	return float64(v.Volume().Sent) <= drop*v.Ledger().Sum(stats.Day) && !pours(v) && ratio(x) >= d.cfg.MinRatio
}

// take sums what is sent and received; nil where there is no room.
func (d *Rule) take(v *engine.View, r *flow.Record) *exchange {
	e, fresh := d.Touch(v.Key, v.Now, r.Bytes)
	if e == nil {
		v.Follow(false)
		return nil
	}
	x, bytes, back := &e.Value, r.Bytes, r.ReverseBytes
	if fresh || x.begun <= v.Told() {
		*x = exchange{begun: r.Time} // what an incident told that is over is no part
		volume := v.Volume()
		bytes, back = volume.Sent, volume.Received
	}
	x.sent.Add(r.Time/1e9, bytes)
	x.received.Add(r.Time/1e9, back)
	if !pours(v) {
		bytes = 0
	}
	x.poured.Add(r.Time/1e9, bytes)
	return x
}

// leave ends that.
func (d *Rule) leave(v *engine.View) {
	v.Follow(false)
	d.Remove(v.Key)
}

// ratio is the producer/consumer ratio over a day.
func ratio(x *exchange) float64 {
	s, r := x.sent.Sum(stats.Day), x.received.Sum(stats.Day)
	if !(s+r > 0) {
		return 0
	}
	return (s - r) / (s + r)
}
