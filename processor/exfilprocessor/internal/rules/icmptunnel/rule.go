// Package icmptunnel finds data carried away in the payload of ICMP packets.
package icmptunnel

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// Most is how many pairs of workload and destination are of use at a time.
const Most = 1 << 12

// oddEntropy is more, in bits per byte, than a ping of ordinary size has: its 40
// bytes after the time stamps count upwards, the same in every packet, and 56 bytes
// cannot have more than 5.8 each.
const oddEntropy = 6.2

// Rule sums ICMP payload apart from other traffic with the same destination.
type Rule struct {
	cfg Config
	*bounded.Table[engine.PairKey, pings]
}

// New makes the rule with room for limit destinations, each forgotten after idle
// nanoseconds.
func New(cfg Config, limit int, idle int64) *Rule {
	return &Rule{cfg: cfg, Table: bounded.New[engine.PairKey, pings](limit, idle)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

var description = alert.Rule{
	Name:        "icmp_tunnel",
	Category:    "exfiltration",
	Description: "Data in the payload of ICMP packets to one outside destination",
	Reference:   "https://attack.mitre.org/techniques/T1095/",
	Version:     "1",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes,
}

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

// pings are what was sent to one destination.
type pings struct {
	odd, ordinary stats.Ledger // bytes, by whether an ordinary ping sends such packets
	packets       stats.Ledger // odd ones
	entropy       float32      // the highest of the odd ones
	since         int64        // when the first was sent
	usual         [kinds]float32
	found         bool // a finding was made of what was sent
}

// Observe reports a destination when what was sent to it crosses a limit, and again
// when that doubles.
func (t *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if len(r.Transport) < len("icmp") || r.Bytes == 0 || !isICMP(r.Transport) || echoes(r) {
		return nil, false
	}
	e, fresh := t.Touch(v.Key, v.Now, r.Bytes)
	if e == nil {
		return nil, false
	}
	p := &e.Value
	if fresh || p.found && v.News(0) {
		*p = pings{since: r.Time, usual: p.usual} // an incident that told of it is over
	}
	p.add(r, t.cfg.OrdinaryPacket)
	return t.judge(v, r, p)
}

// isICMP knows the names of IANA, and what others make of the second one.
func isICMP(transport string) bool {
	switch transport {
	case "icmp", "ipv6-icmp", "icmp6", "icmpv6":
		return true
	}
	return false
}

// echoes says whether the container sends back what an outside host sent it.
func echoes(r *flow.Record) bool {
	return r.Initiator == flow.InitiatorDestination && r.Bytes <= r.ReverseBytes
}

func (p *pings) add(r *flow.Record, ordinary int64) {
	seconds := r.Time / 1e9
	odd, packets, even := r.Bytes, r.Packets, int64(0)
	if !(packets > 0 && r.Bytes/packets > ordinary) && !(r.Entropy >= oddEntropy) {
		odd, packets, even = 0, 0, r.Bytes
	} else {
		p.entropy = max(p.entropy, float32(r.Entropy))
	}
	p.odd.Add(seconds, odd) // nothing too: it decays
	p.packets.Add(seconds, packets)
	p.ordinary.Add(seconds, even)
}
