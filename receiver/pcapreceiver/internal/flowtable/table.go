// Package flowtable accounts packets to flows, both ways, and reports them as
// IPFIX does (RFC 5103, RFC 7011): at an interval, at their end, when they have
// been idle, and at once when much was sent. Time is the packets' own.
package flowtable

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/ftpdata"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/peername"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// Owner is the observed end of a flow.
type Owner struct {
	Workload *workload.Workload // nil where only its network is known
	Address  netip.Addr
}

// Options of a Table.
type Options struct {
	Interval time.Duration // between reports of a flow that goes on
	// TCPIdle and Idle are how long a connection, and any other flow, is silent
	// before it ends.
	TCPIdle, Idle time.Duration
	MaxFlows      int
	// Lookup says whose an address is at a time, and whether it is observed.
	Lookup func(addr netip.Addr, at int64) (*workload.Workload, bool)
	// Emit takes a record, which is its own for the length of the call only.
	Emit func(Owner, *flow.Record)
}

// Counts is what a table has done.
type Counts struct {
	Packets    int64 // of observed flows
	Unobserved int64 // packets between ends of which none is observed
	Evicted    int64 // flows ended because there were too many
	// Missed is bytes that TCP's numbers say were sent, and the capture has not.
	Missed int64
	// Unread is heads that were parsed as far as they went because too many were
	// being put together.
	Unread int64
}

// Table holds the open flows. It is for one goroutine.
type Table struct {
	Options
	Counts Counts

	flows     map[key]*entry
	brief     queue // datagrams, and connections that have carried nothing
	lasting   queue // connections
	closed    queue // connections that have ended, for stragglers
	moved     []*entry
	now       int64 // the latest packet's time
	behind    int64 // the first time before it since then, 0 where there is none
	nextSweep int64
	free      []*entry
	heads     pool
	followers int
	names     *peername.Table[netip.Addr]
	ftp       *ftpdata.Expected[netip.Addr]
	tftp      *ftpdata.Expected[netip.Addr]
	record    flow.Record
}

// New makes an empty table.
func New(o Options) *Table {
	return &Table{
		Options: o,
		flows:   make(map[key]*entry),
		names:   peername.NewTable[netip.Addr](),
		ftp:     ftpdata.NewExpected[netip.Addr](),
		tftp:    ftpdata.NewExpected[netip.Addr](),
	}
}

// Open is how many flows are open.
func (t *Table) Open() int { return len(t.flows) }

// Now is the latest time seen, ns since the epoch.
func (t *Table) Now() int64 { return t.now }

// Packet accounts one packet.
func (t *Table) Packet(p *packet.Packet) {
	t.Advance(p.Time)
	k, dir := keyOf(p)
	f := t.flows[k]
	if f != nil && f.replacedBy(p, dir) {
		t.remove(f, flow.EndOfFlow)
		f = nil
	}
	if f == nil {
		if f = t.open(k, dir, p); f == nil {
			return
		}
	}
	t.Counts.Packets++
	t.account(f, dir, p)
}

// account adds a packet to its flow.
func (t *Table) account(f *entry, dir int, p *packet.Packet) {
	f.last = max(f.last, p.Time)
	h := &f.halves[dir]
	h.packets++
	got := segment{fresh: int64(p.Length)}
	if p.Protocol == packet.TCP && !p.Unplaced {
		got = h.accept(p)
	}
	h.bytes += got.fresh
	h.total += got.fresh
	t.touch(f, p)
	if !f.moved {
		f.moved = true
		t.moved = append(t.moved, f)
	}
	if p.Length > 0 && !p.Unplaced && p.Flags&packet.RST == 0 {
		t.hear(f, dir, p, got)
	}
	if h.total >= h.alarm && f.observed[dir] {
		h.alarm = max(2*h.alarm, 2*h.total)
		t.report(f, flow.EndActiveTimeout)
	}
	if p.Protocol == packet.TCP && f.ended(p) && f.queue != &t.closed {
		t.closed.take(f)
	}
}

// firstAlarm is how much a flow has sent when it first reports at once; it does
// so again at every doubling.
const firstAlarm = 1 << 20

// open begins a flow, unless nobody's is observed or nothing has been said.
func (t *Table) open(k key, dir int, p *packet.Packet) *entry {
	var f entry
	for i := range f.observed {
		f.workloads[i], f.observed[i] = t.Lookup(k.ends[i].address(), p.Time)
	}
	if !f.observed[0] && !f.observed[1] {
		t.Counts.Unobserved++
		return nil
	}
	if p.Protocol == packet.TCP && p.Length == 0 && p.Flags&packet.SYN == 0 {
		return nil // the last words of a connection that is over
	}
	f.key, f.start, f.last = k, p.Time, p.Time
	f.halves[0].alarm, f.halves[1].alarm = firstAlarm, firstAlarm
	f.initiator = initiatorOf(&k, dir, p)
	f.chooseLocal()
	if len(t.flows) >= t.MaxFlows {
		t.evict()
	}
	fresh := t.fresh()
	f.moved = fresh.moved
	*fresh = f
	t.flows[k] = fresh
	t.expect(fresh)
	return fresh
}

// fresh is memory for a flow.
func (t *Table) fresh() *entry {
	if n := len(t.free); n > 0 {
		f := t.free[n-1]
		t.free = t.free[:n-1]
		return f
	}
	return &entry{}
}

// evict ends the flow that has been silent for longest, of the least worth.
func (t *Table) evict() {
	for _, q := range []*queue{&t.closed, &t.brief, &t.lasting} {
		if f := q.oldest(); f != nil {
			t.Counts.Evicted++
			t.remove(f, flow.EndLackOfResources)
			return
		}
	}
}
