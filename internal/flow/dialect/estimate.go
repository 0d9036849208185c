package dialect

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// layer is what a product's bytes begin with.
type layer int64

// Bytes of headers below IP: an observer counts whole frames, or IP packets.
const (
	overIP       layer = 0
	overEthernet layer = 14
)

// Headers, in bytes. TCP's with time stamps (RFC 7323), which practically all
// systems but Windows send, and SYN's further options.
const (
	headerIPv4 = 20
	headerIPv6 = 40
	headerTCP  = 32
	headerUDP  = 8
	headerICMP = 8
	extraSYN   = 8
)

// payloadOf estimates what payload r's packets carried of so many bytes: without
// it, the acknowledgements of a large download would be a large upload.
func payloadOf(r *flow.Record, bytes int64, below layer) int64 {
	each := int64(below) + headerIPv4
	if r.Destination.Addr().Is6() {
		each += headerIPv6 - headerIPv4
	}
	extra := int64(0)
	switch r.Transport {
	case "tcp":
		each, extra = each+headerTCP, extraSYN
	case "udp":
		each += headerUDP
	case "icmp", "ipv6-icmp":
		each += headerICMP
	}
	if r.Packets > bytes/each {
		return 0
	}
	return max(bytes-r.Packets*each-extra, 0)
}
