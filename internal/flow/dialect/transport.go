package dialect

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// hasPorts says whether the transport's ports are ports. Exporters put an ICMP
// message's type and code into the destination port (Cisco NetFlow v5 and v9).
func hasPorts(transport string) bool {
	switch transport {
	case "tcp", "udp", "sctp", "dccp", "udplite":
		return true
	}
	return false
}

// opener guesses by port who opened a flow, where the product does not say.
func opener(source, destination netip.AddrPort) flow.Initiator {
	return flow.GuessInitiator(source.Port(), destination.Port())
}

// scaled is a count of which one packet in rate was sampled; false where the
// product is above 2^53.
func scaled(count, rate int64) (int64, bool) {
	if rate <= 1 {
		return count, true
	}
	if count > maxCount/rate {
		return 0, false
	}
	return count * rate, true
}
