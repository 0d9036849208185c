package engine

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

const (
	// leastTransfer is how many bytes a transfer has at the least: below it is talk.
	leastTransfer = 16 << 10
	// transferPause ends a transfer on a connection that stays open, at the least. It is
	// pauseReports times as long as it usually takes to report such a connection again:
	// what flows all the time is no number of transfers, however seldom it is reported.
	transferPause = int64(30 * time.Second)
	pauseReports  = 3
	// seldomReports is how long that is before it is known.
	seldomReports = 15 * time.Minute
	// transferIdle is how long a connection may be silent before it is forgotten.
	transferIdle = int64(time.Hour)
	// mostTransfers bounds the connections followed at a time.
	mostTransfers = 1 << 16
)

// connection is one of a pair's.
type connection struct {
	pair       PairKey
	port, peer uint16
}

// transfer is what a connection that goes on has sent since it last paused.
type transfer struct {
	bytes int64
	last  int64
}

// transfers cuts a pair's traffic into transfers: connections, or their parts
// between pauses, or HTTP requests that say how long they are.
type transfers struct {
	*bounded.Table[connection, transfer]
}

func newTransfers(destinations int) transfers {
	return transfers{bounded.New[connection, transfer](min(destinations, mostTransfers), transferIdle)}
}

// reports is about how many seconds it takes to report a workload's connections again
// that go on: nearer to the least than to the mean. 0 is not known.
type reports float32

// see takes the time since the report before, in ns.
func (e *reports) see(gap int64) {
	seconds := reports(float64(max(gap, 0)) / 1e9)
	usual := *e
	if usual == 0 {
		usual = reports(seldomReports.Seconds())
	}
	if seconds < usual {
		usual -= (usual - seconds) / 4
	} else {
		usual += (min(seconds, reports(seldomReports.Seconds())) - usual) / 64
	}
	*e = max(usual, 1)
}

// pause is how long a connection is silent that paused, ns.
func (e reports) pause() int64 {
	if e == 0 {
		return pauseReports * int64(seldomReports)
	}
	return max(transferPause, int64(pauseReports*e*1e9))
}

// observe takes a record of a connection that the workload opened. Every is how often
// its connections are reported.
func (t transfers) observe(key PairKey, p *Pair, every *reports, r *flow.Record, now int64) {
	if r.Initiator == flow.InitiatorDestination {
		return
	}
	goes := r.EndReason == flow.EndActiveTimeout
	if p.connections == 0 && (r.Bytes == 0 || !goes) && r.HTTP.BodySize < leastTransfer {
		p.transferred(r.Bytes, r.Time)
		return
	}
	if n := requests(r); n > 0 {
		for range n {
			p.transferred(r.HTTP.BodySize, r.Time)
		}
		return
	}
	t.follow(connection{pair: key, port: r.Source.Port(), peer: r.Destination.Port()}, p, every, r, now)
}

// mostRequests bounds the transfers that are made of one record.
const mostRequests = 64

// requests is how many HTTP requests the record holds whole, all of one length. It
// tells the longest: if that many of this length make its bytes, none is shorter.
func requests(r *flow.Record) int64 {
	size, n := r.HTTP.BodySize, max(r.HTTP.Requests, 1)
	if size < leastTransfer || r.Bytes/n < size-size/16 {
		return 0
	}
	return min(n, mostRequests)
}

// follow adds to what the connection sent before. A pause or a request that says
// how long it is begins another transfer.
func (t transfers) follow(key connection, p *Pair, every *reports, r *flow.Record, now int64) {
	goes := r.EndReason == flow.EndActiveTimeout
	var e *bounded.Entry[connection, transfer]
	fresh := true
	if goes && r.Bytes > 0 {
		e, fresh = t.Touch(key, now, r.Bytes)
	} else if e = t.Get(key); e != nil {
		fresh = false
	}
	if e == nil {
		p.transferred(r.Bytes, r.Time)
		return
	}
	sofar := &e.Value
	if fresh {
		p.connections = min(p.connections, 1<<16-2) + 1
	} else if r.Bytes > 0 || r.HTTP.BodySize > 0 {
		gap := r.Time - sofar.last
		every.see(gap)
		if r.HTTP.BodySize >= leastTransfer || gap > every.pause() {
			p.transferred(sofar.bytes, sofar.last)
			sofar.bytes = 0
		}
	}
	if r.Bytes > 0 {
		sofar.bytes, sofar.last = saturate(sofar.bytes, r.Bytes), max(sofar.last, r.Time)
	}
	if !goes {
		p.transferred(sofar.bytes, sofar.last)
		t.Remove(key)
		p.connections -= min(p.connections, 1)
	}
}

// transferred takes a finished transfer.
func (p *Pair) transferred(bytes, at int64) {
	if bytes < leastTransfer {
		return
	}
	seconds := at / 1e9
	p.sizes.Add(float64(bytes), uint32(seconds/day))
	p.beats.Add(uint32(seconds), bytes)
}
