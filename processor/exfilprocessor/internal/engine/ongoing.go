package engine

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	// nextReport is how long a flow that goes on may take to report again: three
	// times the interval of ebpf_flow, by default.
	nextReport = int64(30 * time.Second)
	// maxOngoing is how many such flows of one incident are remembered. One more
	// takes the place of the one that reported longest ago.
	maxOngoing = 16
)

// ongoing holds the flows that sent bytes and were last reported as going on. An
// incident waits for their next report even if the quiet period is shorter than
// the reporting interval.
type ongoing []going

type going struct {
	source netip.AddrPort
	port   uint16 // of the destination, whose address the incident has
	until  int64  // event time in ns
}

// note takes a record that is used at the time now.
func (o *ongoing) note(r *flow.Record, now int64) {
	goes := r.EndReason == flow.EndActiveTimeout
	if goes && r.Bytes == 0 {
		return
	}
	g := going{source: r.Source, port: r.Destination.Port()}
	if goes {
		g.until = now + nextReport
	}
	oldest := 0
	for i := range *o {
		known := &(*o)[i]
		if known.source == g.source && known.port == g.port {
			*known = g
			return
		}
		if known.until < (*o)[oldest].until {
			oldest = i
		}
	}
	switch {
	case !goes:
	case len(*o) < maxOngoing:
		*o = append(*o, g)
	default:
		(*o)[oldest] = g
	}
}

// until is when the last of them is no longer waited for; 0 without any.
func (o ongoing) until() int64 {
	var last int64
	for _, g := range o {
		last = max(last, g.until)
	}
	return last
}
