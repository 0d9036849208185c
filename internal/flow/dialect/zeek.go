package dialect

import (
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Zeek's logs, one dialect each, as JSON (times as seconds, milliseconds or
// ISO 8601) and as tab-separated values, where every value is text. Each log is
// told by a field that it always has and no other one does.
var (
	zeekConn = dialect{product: "zeek", gives: zeekGives, cues: []string{"conn_state"}, mine: isZeek, read: readZeekConn}
	zeekHTTP = dialect{product: "zeek", gives: zeekGives, cues: []string{"request_body_len"}, mine: isZeekHTTP, read: readZeekHTTP}
	zeekDNS  = dialect{product: "zeek", gives: zeekGives, cues: []string{"rejected"}, mine: isZeek, read: readZeekDNS}
	zeekSSL  = dialect{product: "zeek", gives: zeekGives, cues: []string{"established"}, mine: isZeek, read: readZeekSSL}
	zeekFTP  = dialect{product: "zeek", gives: zeekGives, cues: []string{"reply_code", "command"}, mine: isZeekFTP, read: readZeekFTP}
)

const zeekGives = flow.FieldBytes | flow.FieldReverseBytes | flow.FieldPackets | flow.FieldInitiator |
	flow.FieldProtocol | flow.FieldServer | flow.FieldHTTP | flow.FieldFTP | flow.FieldTLS | flow.FieldDNS

// zeekEnds are the names of a connection's ends: as Zeek writes them, as
// shippers unfold them, and as those do that have no use for dots.
type zeekEnds struct{ origH, origP, respH, respP []string }

var zeekEndNames = [...]zeekEnds{
	{[]string{"id.orig_h"}, []string{"id.orig_p"}, []string{"id.resp_h"}, []string{"id.resp_p"}},
	{[]string{"id", "orig_h"}, []string{"id", "orig_p"}, []string{"id", "resp_h"}, []string{"id", "resp_p"}},
	{[]string{"id_orig_h"}, []string{"id_orig_p"}, []string{"id_resp_h"}, []string{"id_resp_p"}},
}

// zeekEndsOf are the names that the record has; nil where it has none.
func zeekEndsOf(v *view) *zeekEnds {
	for i := range zeekEndNames {
		if v.has(zeekEndNames[i].origH...) {
			return &zeekEndNames[i]
		}
	}
	return nil
}

func isZeek(v *view) bool { return v.has("uid") && zeekEndsOf(v) != nil }

// isZeekHTTP tells http.log from sip.log, whose requests have bodies too.
func isZeekHTTP(v *view) bool {
	return isZeek(v) && !v.has("request_path") && !v.has("call_id")
}

// isZeekFTP tells ftp.log from irc.log, which has commands too.
func isZeekFTP(v *view) bool {
	return isZeek(v) && v.has("command") && !v.has("nick") && (v.has("user") || v.has("reply_code") || v.has("arg"))
}

// zeekLog reads a record whose values may all be text, "-" where there is none.
type zeekLog struct{ take }

// openZeek reads what all logs have in common.
func openZeek(v *view, s *said, transport string) zeekLog {
	z := zeekLog{take{view: v}}
	ends := zeekEndsOf(v)
	r := &s.record
	r.Transport = transport
	from, to := z.address(ends.origH...), z.address(ends.respH...)
	var ports [2]uint16
	if hasPorts(transport) { // ICMP's are its message's type and code
		ports = [2]uint16{z.port(ends.origP...), z.port(ends.respP...)}
	}
	r.Source, r.Destination = netip.AddrPortFrom(from, ports[0]), netip.AddrPortFrom(to, ports[1])
	r.Time = z.moment("ts")
	if r.Time == 0 {
		z.clock(r, 0, 0)
	}
	r.Initiator = flow.InitiatorSource
	s.session = z.text("uid")
	return z
}

// moment is a time as one of Zeek's three ways to write it; zero without one.
func (z *zeekLog) moment(name string) int64 {
	value, ok := z.get(name)
	if !ok {
		return 0
	}
	return momentOf(value)
}

// text is a string; empty where it is unset.
func (z *zeekLog) text(name string) string { return zeekText(z.view.text(name)) }

func zeekText(text string) string {
	if text == "-" || text == "(empty)" {
		return ""
	}
	return text
}

// number is a counter, and whether there is one.
func (z *zeekLog) number(name string) (int64, bool) {
	value, ok := z.get(name)
	switch {
	case !ok, value.Type() == pcommon.ValueTypeEmpty, value.Type() == pcommon.ValueTypeStr && zeekText(value.Str()) == "":
		return 0, false
	}
	return z.perhaps(maxCount, name)
}

func readZeekConn(v *view, s *said) error {
	z := openZeek(v, s, strings.ToLower(v.text("proto")))
	r := &s.record
	state := z.text("conn_state")
	seconds, _ := z.real("duration")
	r.Start, r.End = r.Time, r.Time+nanoseconds(seconds)
	r.Time = r.End
	r.Packets, _ = z.number("orig_pkts")
	r.ReversePackets, _ = z.number("resp_pkts")
	r.Bytes = z.sent(r, state, "orig_bytes", "orig_ip_bytes")
	r.Turn()
	reverse := z.sent(r, state, "resp_bytes", "resp_ip_bytes")
	r.Turn()
	r.ReverseBytes = reverse
	r.Protocol = zeekService(z.text("service"))
	r.EndReason = zeekEnd(r.Transport, state)
	if state == "OTH" { // its beginning was not seen
		r.Initiator = flow.InitiatorUnknown
	}
	r.Ignored = z.ignored
	return z.result()
}

// sent is the payload that r's source sent: what Zeek says, by sequence numbers,
// so that gaps in the capture count. Where it says nothing, or more than the
// packets and the gaps hold (a forged reset can make it so), it is what the
// packets hold without their headers.
func (z *zeekLog) sent(r *flow.Record, state, payload, whole string) int64 {
	said, told := z.number(payload)
	packets, counted := z.number(whole)
	missed, _ := z.number("missed_bytes")
	estimate := payloadOf(r, packets, overIP)
	switch {
	case told && counted && packets > 0 && said > packets+missed:
		return estimate + missed
	case told:
		return said
	case zeekAttempt(state):
		return 0
	}
	return estimate
}

// zeekAttempt says whether the state is that of a TCP connection which never was
// established.
func zeekAttempt(state string) bool {
	switch state {
	case "S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR":
		return true
	}
	return false
}

// zeekEnd is why a connection's record was written. UDP ends by a timeout only.
func zeekEnd(transport, state string) flow.EndReason {
	switch {
	case transport != "tcp":
		return flow.EndIdleTimeout
	case state == "S0", state == "S1", state == "OTH":
		return flow.EndIdleTimeout
	case state == "":
		return flow.EndUnknown
	}
	return flow.EndOfFlow
}

// zeekService is the protocol among those that Zeek confirmed, the one that the
// others are carried by.
func zeekService(list string) string {
	first := ""
	for rest := list; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, ",")
		if strings.HasPrefix(name, "-") { // was one, and is none any more
			continue
		}
		switch name {
		case "quic", "ftp-data", "ftp", "smtp", "ssh", "http":
			return name
		case "ssl", "tls":
			name = "tls"
		}
		if first == "" {
			first = name
		}
	}
	return first
}
