package traffic

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// role is what a connection is for.
type role uint8

const (
	plain role = iota
	questions
	control // of FTP
	data    // of FTP
)

// conn is one connection. Its bytes travel evenly from start to end.
type conn struct {
	role        role
	due         time.Duration
	start, end  time.Duration
	local, peer netip.AddrPort
	server      string

	sent, received         int64 // in all
	sentTold, receivedTold int64
	early                  int64 // bytes sent at which a report leaves at once
	head                   bool  // the request's head is still to be told
	asked                  int   // questions, so far
	asks                   int
	done                   bool
}

const (
	// pushAt is from which on the eBPF receiver reports at once, and at doublings.
	pushAt = 1 << 20
	// slack is what rounding may take from a part of a connection's bytes.
	slack = 1 << 10
	// headAt is the declared body from which on it tells a request at once.
	headAt = 64 << 10
	// pathRate is how fast a connection without a length of its own goes, bytes/s.
	pathRate = 12 << 20
	// roundTrip is the least a connection takes.
	roundTrip = 40 * time.Millisecond
)

// open begins a connection.
func (s *stream) open(at time.Duration) {
	f := s.flow
	c := s.fresh()
	c.start = at
	c.local = s.local()
	c.peer, c.server = s.peer()
	c.sent, c.received = s.exchange(at)
	switch f.Shape {
	case corpus.DNS:
		s.openQuestions(c)
	case corpus.FTP:
		s.openFTP(c)
	default:
		c.end = at + s.length(c.sent+c.received)
		c.early = pushAt
		c.head = f.Method != "" && c.sent >= headAt
		c.plan(s)
		s.insert(c)
	}
}

func (s *stream) length(bytes int64) time.Duration {
	if !s.flow.Lasts.IsZero() {
		return max(time.Duration(s.flow.Lasts.Draw(s.dice, 1)), roundTrip)
	}
	return roundTrip + time.Duration(float64(bytes)/pathRate*float64(time.Second))
}

// plan sets when the next report leaves: with the head, at the interval's end,
// when much has been sent, or at the end.
func (c *conn) plan(s *stream) {
	if c.head {
		c.due = c.start + roundTrip/2
		return
	}
	last := max(c.due, c.start)
	c.due = min(last+s.flow.Report, c.end)
	if c.sent >= c.early && c.end > c.start {
		reached := c.start + time.Duration(float64(c.early)/float64(c.sent)*float64(c.end-c.start))
		if reached > last {
			c.due = min(c.due, reached)
		}
	}
}

// tell writes the report that is due, and plans the next.
func (c *conn) tell(s *stream, r *flow.Record) {
	s.describe(c, r)
	switch c.role {
	case questions:
		c.tellQuestion(s, r)
	case control:
		c.tellControl(s, r)
	default:
		c.tellBytes(s, r)
	}
}

func (c *conn) tellBytes(s *stream, r *flow.Record) {
	if c.head {
		c.head = false
		s.request(r, c.sent)
		c.plan(s)
		return
	}
	if c.sentTold == 0 && s.flow.Method != "" && c.sent < headAt {
		s.request(r, c.sent)
	}
	r.Start = stamp(c.start)
	if c.due >= c.end {
		c.finish(s, r)
		return
	}
	part := float64(c.due-c.start) / float64(c.end-c.start)
	c.count(s, r, int64(part*float64(c.sent)), int64(part*float64(c.received)))
	for c.early <= c.sentTold+slack {
		c.early *= 2
	}
	c.plan(s)
}

// finish writes what the last report has not told.
func (c *conn) finish(s *stream, r *flow.Record) {
	c.count(s, r, c.sent, c.received)
	r.EndReason = flow.EndOfFlow
	c.due = never
}

// count writes the difference to what was told before.
func (c *conn) count(s *stream, r *flow.Record, sent, received int64) {
	r.Bytes, r.ReverseBytes = sent-c.sentTold, received-c.receivedTold
	r.Packets, r.ReversePackets = packets(r.Bytes, s.flow.Packet), packets(r.ReverseBytes, s.flow.Packet)
	c.sentTold, c.receivedTold = sent, received
}

func packets(bytes, size int64) int64 { return (bytes + size - 1) / size }

// since is the time from a stream's last report, as a share of the usual one.
func (s *stream) since(at time.Duration) float64 {
	share := 1.0
	if s.told > 0 {
		share = float64(at-s.told) / float64(s.arrivals.every())
		if outage := s.flow.Outage; at < outage.To || s.told >= outage.To {
			share = min(share, mostSince)
		}
	}
	s.told = at
	return share
}

// mostSince bounds what a stream's first report carries after a pause that was no
// outage: nothing waited.
const mostSince = 2

// reportStream is a report of the one long connection that the flow is.
func (s *stream) reportStream(at time.Duration, r *flow.Record) {
	c := &s.long
	if at >= c.end {
		c.start, c.due = at, at
		c.local = s.local()
		c.peer, c.server = s.peer()
		c.end = at + 6*time.Hour
		if !s.flow.Lasts.IsZero() {
			c.end = at + time.Duration(s.flow.Lasts.Draw(s.dice, 1))
		}
	}
	c.due = at
	s.describe(c, r)
	c.sentTold, c.receivedTold = 0, 0
	sent, received := s.exchange(at)
	since := s.since(at)
	c.count(s, r, int64(since*float64(sent)), int64(since*float64(received)))
	r.Start = stamp(c.start)
	if s.arrivals.next >= c.end {
		r.EndReason = flow.EndOfFlow
	}
}
