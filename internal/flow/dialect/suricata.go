package dialect

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// suricata is Suricata's EVE log: flow and netflow records, and the events of
// protocols that describe a flow. Alerts, statistics and other events are no flow
// logs, and are left alone.
var suricata = dialect{
	product: "suricata",
	gives: flow.FieldBytes | flow.FieldReverseBytes | flow.FieldPackets | flow.FieldInitiator |
		flow.FieldProtocol | flow.FieldServer | flow.FieldHTTP | flow.FieldFTP | flow.FieldTLS | flow.FieldDNS,
	cues: []string{"event_type"},
	mine: func(v *view) bool {
		return eveReader(v.text("event_type")) != nil && v.has("src_ip") && v.has("dest_ip")
	},
	read: readEVE,
}

// eveReader reads what an event of a type says; nil where it says nothing of a
// flow.
func eveReader(event string) func(*take, *said) {
	switch event {
	case "flow":
		return eveFlow
	case "netflow":
		return eveNetFlow
	case "http":
		return eveHTTP
	case "tls":
		return eveTLS
	case "quic":
		return eveQUIC
	case "dns":
		return eveDNS
	case "ftp":
		return eveFTP
	case "ftp_data":
		return eveFTPData
	case "tftp":
		return eveTFTP
	}
	return nil
}

func readEVE(v *view, s *said) error {
	t := take{view: v}
	r := &s.record
	r.Transport = strings.ToLower(t.transportName("proto"))
	from, to := t.address("src_ip"), t.address("dest_ip")
	var ports [2]uint16
	if hasPorts(r.Transport) {
		ports = [2]uint16{t.port("src_port"), t.port("dest_port")}
	}
	r.Source, r.Destination = netip.AddrPortFrom(from, ports[0]), netip.AddrPortFrom(to, ports[1])
	if stamp, ok := t.get("timestamp"); ok {
		r.Time = momentOf(stamp)
	}
	if r.Time == 0 {
		t.clock(r, 0, 0)
	}
	if id, ok := t.number("flow_id"); ok {
		s.session = strconv.FormatInt(id, 10)
	}
	r.Initiator = flow.InitiatorSource
	eveReader(t.text("event_type"))(&t, s)
	r.Ignored = t.ignored
	return t.result()
}

// eveFlow reads a flow that is over. Its bytes are those of whole frames.
func eveFlow(t *take, s *said) {
	r := &s.record
	t.eveSpan(r, "flow")
	r.Packets, r.ReversePackets = t.count("flow", "pkts_toserver"), t.count("flow", "pkts_toclient")
	r.Bytes = payloadOf(r, t.count("flow", "bytes_toserver"), overEthernet)
	r.Turn()
	back := payloadOf(r, t.count("flow", "bytes_toclient"), overEthernet)
	r.Turn()
	r.ReverseBytes = back
	r.Protocol, r.ProtocolVersion = eveProtocol(t.text("app_proto"))
	r.EndReason = eveEnd(t.text("flow", "state"), t.text("flow", "reason"))
	if t.midstream() {
		r.Initiator = flow.InitiatorUnknown
	}
}

// midstream says whether the flow is a TCP connection whose beginning was not
// seen.
func (t *take) midstream() bool {
	if !t.has("tcp") {
		return false
	}
	syn, ok := t.get("tcp", "syn")
	return !ok || !syn.Bool()
}

// eveNetFlow reads one direction of a flow that is over.
func eveNetFlow(t *take, s *said) {
	r := &s.record
	t.eveSpan(r, "netflow")
	r.Unidirectional = true
	r.Initiator = flow.InitiatorUnknown
	r.Packets = t.count("netflow", "pkts")
	r.Bytes = payloadOf(r, t.count("netflow", "bytes"), overEthernet)
	r.Protocol, r.ProtocolVersion = eveProtocol(t.text("app_proto"))
	r.EndReason = flow.EndOfFlow
}

func (t *take) eveSpan(r *flow.Record, of string) {
	if value, ok := t.get(of, "start"); ok {
		r.Start = momentOf(value)
	}
	if value, ok := t.get(of, "end"); ok {
		r.End = momentOf(value)
	}
	if r.End != 0 {
		r.Time = r.End
	}
}

// eveProtocol is a protocol as the record names it.
func eveProtocol(name string) (protocol, version string) {
	switch name {
	case "failed", "unknown", "":
		return "", ""
	case "http2":
		return "http", "2"
	case "http1":
		return "http", ""
	}
	return name, ""
}

// eveEnd is why the flow ended.
func eveEnd(state, reason string) flow.EndReason {
	switch {
	case state == "closed", reason == "tcp_reuse":
		return flow.EndOfFlow
	case reason == "timeout":
		return flow.EndIdleTimeout
	case reason == "forced", reason == "shutdown":
		return flow.EndForced
	}
	return flow.EndUnknown
}
