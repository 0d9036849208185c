package flowtable

import (
	"bytes"
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// end is an address, IPv4 mapped into IPv6, and a port.
type end struct {
	addr [16]byte
	port uint16
}

func (e *end) address() netip.Addr { return netip.AddrFrom16(e.addr).Unmap() }

func (e *end) addrPort() netip.AddrPort { return netip.AddrPortFrom(e.address(), e.port) }

// key is both ends, in the order of their bytes, so that both directions have one.
type key struct {
	ends     [2]end
	protocol uint8
}

// keyOf is a packet's flow, and which of its ends sent the packet.
func keyOf(p *packet.Packet) (key, int) {
	from, to := end{p.Source, p.SourcePort}, end{p.Destination, p.DestinationPort}
	order := bytes.Compare(from.addr[:], to.addr[:])
	if order < 0 || order == 0 && from.port <= to.port {
		return key{[2]end{from, to}, p.Protocol}, 0
	}
	return key{[2]end{to, from}, p.Protocol}, 1
}

// entry is one open flow. What belongs to an end is at its index in the key.
type entry struct {
	key         key
	start, last int64 // times of packets
	placed      int64 // last, when it was put into its place in the queue
	halves      [2]half
	workloads   [2]*workload.Workload
	observed    [2]bool
	local       uint8 // the end that a record has as its source
	initiator   uint8 // the end that began, or unknown
	speaker     uint8 // whose payload came last, plus one
	asks        uint8 // whose requests are HTTP's, plus one
	moved       bool  // is in the list of those that a sweep looks at, even when it is free
	told        bool  // has been reported
	sampled     bool  // its payload was looked at since the last report
	joined      bool  // is TCP, and not known from its first byte on
	ahead       int64 // bytes that who asks sends before the next request, plus one
	app         *application.State
	follower    l7.Follower

	queue          *queue
	younger, older *entry
}

// half is what one end has sent.
type half struct {
	bytes, packets int64 // since the last report
	total, alarm   int64
	head           *head
	sequence
}

// unknown is an initiator of whom nothing tells.
const unknown = 2

// initiatorOf is the end that began: by TCP's SYN, and else by who is heard first;
// by the ports where a connection is met in its middle.
func initiatorOf(k *key, dir int, p *packet.Packet) uint8 {
	if p.Protocol != packet.TCP || p.Flags&(packet.SYN|packet.ACK) == packet.SYN {
		return uint8(dir)
	}
	if p.Flags&packet.SYN != 0 {
		return uint8(1 - dir)
	}
	switch flow.GuessInitiator(k.ends[0].port, k.ends[1].port) {
	case flow.InitiatorSource:
		return 0
	case flow.InitiatorDestination:
		return 1
	}
	return unknown
}

// chooseLocal makes the observed end the source; of two, the one that began.
func (f *entry) chooseLocal() {
	switch {
	case f.observed[0] && f.observed[1]:
		f.local = f.initiator % 2
	case f.observed[1]:
		f.local = 1
	}
}

func (f *entry) localEnd() *end  { return &f.key.ends[f.local] }
func (f *entry) remoteEnd() *end { return &f.key.ends[1-f.local] }
