package tracker

import (
	"sync/atomic"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// Counts may be read from any goroutine.
type Counts struct {
	Events  atomic.Int64 // read from the kernel
	Evicted atomic.Int64 // flows whose protocol was forgotten for want of room
	Tracked atomic.Int64 // flows remembered now
	Lost    atomic.Int64 // records and events lost, kernel and consumer
	Refused atomic.Int64 // records that the next component did not take
	// Unresolved counts events of cgroups of which nothing could be learned.
	Unresolved atomic.Int64
	Kernel     atomic.Pointer[event.Losses]
}

// refuse counts records that the next component did not take.
func (c *Counts) refuse(n int) {
	c.Refused.Add(int64(n))
	c.Lost.Add(int64(n))
}

// NoteLosses takes over what the kernel side has counted since it was loaded.
func (c *Counts) NoteLosses(now event.Losses) {
	before := c.Kernel.Swap(&now)
	if before == nil {
		before = &event.Losses{}
	}
	c.Lost.Add(int64(sum(now) - sum(*before)))
}

func sum(l event.Losses) uint64 {
	return l.Flows + l.Samples + l.Events + l.Sockets + l.Peers
}
