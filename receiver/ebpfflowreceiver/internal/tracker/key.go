package tracker

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// A datagram socket has a flow per peer; a TCP socket one.
type flowKey struct {
	cookie uint64
	remote netip.AddrPort
}

func keyOf(s *event.Socket) flowKey { return flowKey{s.Cookie, s.Remote} }
