package dialect

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// netflow is what collector-contrib's NetFlow receiver makes of NetFlow v5, v9,
// IPFIX and sFlow (v0.159.0): one log record without event name and body for
// each record of one direction. Exporters count bytes of the IP layer, sFlow's
// of the link layer.
var netflow = dialect{
	product: "netflow",
	gives:   flow.FieldBytes | flow.FieldPackets | flow.FieldInitiator,
	cues:    []string{"flow.sampler_address"},
	mine: func(v *view) bool {
		return v.has("flow.type") && v.has("flow.sampler_address")
	},
	read: readNetFlow,
}

func readNetFlow(v *view, s *said) error {
	switch v.text("network.type") {
	case "ipv4", "ipv6":
	default: // sFlow samples frames of other protocols too
		s.silent = true
		return nil
	}
	t := take{view: v}
	r := &s.record
	source, destination := t.address("source.address"), t.address("destination.address")
	from, to := t.port("source.port"), t.port("destination.port")
	r.Transport = t.transportName("network.transport")
	if !hasPorts(r.Transport) {
		from, to = 0, 0
	}
	r.Source, r.Destination = netip.AddrPortFrom(source, from), netip.AddrPortFrom(destination, to)
	r.Initiator = opener(r.Source, r.Destination)
	r.Unidirectional = true
	below := overIP
	if v.text("flow.type") == "sflow_5" {
		below = overEthernet
	}
	t.sampled(r, sampledFields{"flow.io.bytes", "flow.io.packets", "flow.sampling_rate", below})
	t.netFlowClock(r)
	r.Ignored = t.ignored
	return t.result()
}

// transportName is IANA's keyword, in lower case, as a flow needs it.
func (t *take) transportName(path ...string) string {
	name := t.name(path...)
	if name == "" {
		t.refuse("missing or not a string", path...)
	}
	return name
}

// sampledFields are where a record has its counters, how many packets there were
// for each that was counted, and what its bytes begin with.
type sampledFields struct {
	bytes, packets, rate string
	below                layer
}

// sampled reads counters that stand for more than was counted, of the headers
// too: the record has what was sent in them.
func (t *take) sampled(r *flow.Record, f sampledFields) {
	rate, _ := t.perhaps(maxCount, f.rate)
	packets, _ := t.perhaps(maxCount, f.packets)
	var ok bool
	if r.Bytes, ok = scaled(t.count(f.bytes), rate); !ok {
		t.refuse("times "+f.bytes+" above 2^53", f.rate)
	}
	if r.Packets, ok = scaled(packets, rate); !ok {
		t.ignored++
	}
	r.Bytes = payloadOf(r, r.Bytes, f.below)
}

// netFlowClock reads times in nanoseconds. An exporter's clock may be wrong:
// what ended after it was received ended when it was received.
func (t *take) netFlowClock(r *flow.Record) {
	start, end := t.moment(time.Nanosecond, "flow.start"), t.moment(time.Nanosecond, "flow.end")
	received := t.moment(time.Nanosecond, "flow.time_received")
	if received != 0 && (end == 0 || end > received) {
		end = received
	}
	t.clock(r, start, end)
}
