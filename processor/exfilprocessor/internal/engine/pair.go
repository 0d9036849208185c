package engine

import (
	"net/netip"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// maxDomain is the longest domain name in text form (RFC 1035 §2.3.4).
const maxDomain = 253

// PairKey names a workload and one of its destinations. Rules key their own
// state by it.
type PairKey struct {
	Workload uint64 // a workload's serial number, never given out twice
	Peer     netip.Addr
}

// Pair is a workload and one of its destinations. The destination is the peer's
// address; its name is a label, since the first records of a connection come
// before the name is known.
type Pair struct {
	Key      PairKey
	Workload *Workload
	// Now is when rules should say that their state was last used: the engine's
	// time, which a late record does not set back. Event time, ns.
	Now int64

	window  window
	width   int64 // of a quarter of the window, ns
	sending int64 // number of the quarter in which bytes were last sent, or 0
	first   int64 // when the bytes in the window began to be sent, at the earliest
	last    int64 // when the last of them were sent
	lost    int64 // the observers' losses before the first
	closed  int64 // when the last incident's last bytes were sent, or 0
	domain  string
	open    *open
}

// Volume is what went over the pair in the sliding window.
func (p *Pair) Volume() Volume { return p.window.sum() }

// Open says whether an incident is open about the pair.
func (p *Pair) Open() bool { return p.open != nil }

// Domain is the peer's name, where a record told it.
func (p *Pair) Domain() string { return p.domain }

// count takes a record in. Lost is what the observers had lost before it.
func (p *Pair) count(r *flow.Record, lost int64) {
	if r.Bytes > 0 {
		p.begin(r, lost)
	}
	if v := p.window.at(r.Time, p.width); v != nil {
		if r.Initiator == flow.InitiatorDestination {
			v.Served = saturate(v.Served, r.Bytes)
			v.Asked = saturate(v.Asked, r.ReverseBytes)
		} else {
			v.Sent = saturate(v.Sent, r.Bytes)
			v.Received = saturate(v.Received, r.ReverseBytes)
		}
	}
	if r.Server != p.domain && r.Server != "" && len(r.Server) <= maxDomain {
		p.domain = strings.Clone(r.Server)
	}
}

// begin notes where traffic begins of which the window holds nothing yet.
func (p *Pair) begin(r *flow.Record, lost int64) {
	step := r.Time / p.width
	if p.sending == 0 || step >= p.sending+quarters {
		p.first, p.last, p.lost = began(r), r.Time, lost
	}
	p.first, p.last = min(p.first, r.Time), max(p.last, r.Time)
	p.sending = max(p.sending, step)
}

// since is when the traffic in the window began. What an earlier incident
// counted is no part of it.
func (p *Pair) since() int64 { return max(p.first, p.window.begin(p.width), p.closed+1) }
