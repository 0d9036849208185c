package export

import (
	"encoding/binary"
	"math"
	"net/netip"
)

// The information elements that are read (IANA, "IPFIX Information Elements"; up
// to 127 they are v9's field types too).
const (
	octetDeltaCount          element = 1
	packetDeltaCount         element = 2
	protocolIdentifier       element = 4
	tcpControlBits           element = 6
	sourceTransportPort      element = 7
	sourceIPv4Address        element = 8
	destinationTransportPort element = 11
	destinationIPv4Address   element = 12
	flowEndSysUpTime         element = 21
	flowStartSysUpTime       element = 22
	postOctetDeltaCount      element = 23
	postPacketDeltaCount     element = 24
	sourceIPv6Address        element = 27
	destinationIPv6Address   element = 28
	samplingInterval         element = 34
	samplerRandomInterval    element = 50
	flowStartSeconds         element = 150
	flowEndSeconds           element = 151
	flowStartMilliseconds    element = 152
	flowEndMilliseconds      element = 153
	flowStartMicroseconds    element = 154
	flowEndMicroseconds      element = 155
	flowStartNanoseconds     element = 156
	flowEndNanoseconds       element = 157
	flowStartDelta           element = 158
	flowEndDelta             element = 159
	systemInitTime           element = 160
	initiatorOctets          element = 231
	responderOctets          element = 232
	samplingPacketInterval   element = 305
	samplingPacketSpace      element = 306
)

// parts is a record being read: what only makes sense together.
type parts struct {
	Record
	reverse                 counters
	post                    counters // of an exporter that counts what left it
	startUptime, endUptime  uint64
	hasStart, hasEnd        bool
	systemInit              int64 // ns since the epoch
	interval, space, single uint64
}

type counters struct{ bytes, packets uint64 }

// record reads one record and returns what follows it.
func (r *reading) record(t *template, b []byte) (rest []byte, err error) {
	var p parts
	for _, f := range t.fields {
		length := int(f.length)
		if f.length == variable {
			if length, b, err = variableLength(b); err != nil {
				return nil, err
			}
		}
		if length > len(b) {
			return nil, ErrShort
		}
		p.field(f, b[:length], r.clock)
		b = b[length:]
	}
	if t.options {
		if told := (domain{rate: p.rate(), systemInit: p.systemInit}); told != (domain{}) {
			r.d.memory.learnOf(r.key(0), told)
		}
		return b, nil
	}
	r.tell(&p)
	return b, nil
}

// variableLength reads how long a field is (RFC 7011 §7).
func variableLength(b []byte) (int, []byte, error) {
	switch {
	case len(b) >= 1 && b[0] < 0xff:
		return int(b[0]), b[1:], nil
	case len(b) >= 3 && b[0] == 0xff:
		return int(binary.BigEndian.Uint16(b[1:])), b[3:], nil
	}
	return 0, nil, ErrShort
}

// field takes one field in; those that are not known are passed over.
func (p *parts) field(f field, b []byte, c clock) {
	switch f.id {
	case sourceIPv4Address, sourceIPv6Address:
		address(&p.Source, b)
		return
	case destinationIPv4Address, destinationIPv6Address:
		address(&p.Destination, b)
		return
	}
	n, ok := number(b)
	if !ok {
		return
	}
	if f.reverse {
		p.reverse.count(f.id, n)
		return
	}
	switch f.id {
	case protocolIdentifier:
		p.Protocol = uint8(n)
	case tcpControlBits:
		p.TCPFlags = uint16(n)
	case sourceTransportPort:
		p.SourcePort = uint16(n)
	case destinationTransportPort:
		p.DestinationPort = uint16(n)
	case samplingInterval, samplerRandomInterval:
		p.single = n
	case samplingPacketInterval:
		p.interval = n
	case samplingPacketSpace:
		p.space = n
	default:
		p.amount(f.id, n)
		p.time(f.id, n, c)
	}
}

func (p *parts) amount(id element, n uint64) {
	switch id {
	case octetDeltaCount, initiatorOctets:
		p.Bytes = n
	case packetDeltaCount:
		p.Packets = n
	case postOctetDeltaCount:
		p.post.bytes = n
	case postPacketDeltaCount:
		p.post.packets = n
	case responderOctets:
		p.reverse.bytes = n
	}
}

func (c *counters) count(id element, n uint64) {
	switch id {
	case octetDeltaCount:
		c.bytes = n
	case packetDeltaCount:
		c.packets = n
	}
}

// time takes in what a field says of when, in whichever way it says it.
func (p *parts) time(id element, n uint64, c clock) {
	switch id {
	case flowStartSysUpTime:
		p.startUptime, p.hasStart = n, true
	case flowEndSysUpTime:
		p.endUptime, p.hasEnd = n, true
	case systemInitTime:
		p.systemInit = epoch(n, 1e6)
	case flowStartSeconds:
		p.Start = epoch(n, 1e9)
	case flowEndSeconds:
		p.End = epoch(n, 1e9)
	case flowStartMilliseconds:
		p.Start = epoch(n, 1e6)
	case flowEndMilliseconds:
		p.End = epoch(n, 1e6)
	case flowStartMicroseconds, flowStartNanoseconds:
		p.Start = ntp(n)
	case flowEndMicroseconds, flowEndNanoseconds:
		p.End = ntp(n)
	case flowStartDelta:
		p.Start = before(c, n)
	case flowEndDelta:
		p.End = before(c, n)
	}
}

// tell makes one record of the parts, or two where they count both directions.
func (r *reading) tell(p *parts) {
	about := r.d.memory.about(r.key(0))
	if p.systemInit == 0 {
		p.systemInit = about.systemInit
	}
	if p.hasStart {
		p.Start = r.uptime(p, p.startUptime)
	}
	if p.hasEnd {
		p.End = r.uptime(p, p.endUptime)
	}
	if p.Bytes == 0 && p.Packets == 0 {
		p.Bytes, p.Packets = p.post.bytes, p.post.packets
	}
	if p.SamplingRate = p.rate(); p.SamplingRate == 0 {
		p.SamplingRate = about.rate
	}
	r.d.records = append(r.d.records, p.Record)
	if p.reverse == (counters{}) {
		return
	}
	back := p.Record
	back.Source, back.Destination = p.Destination, p.Source
	back.SourcePort, back.DestinationPort = p.DestinationPort, p.SourcePort
	back.Bytes, back.Packets = p.reverse.bytes, p.reverse.packets
	r.d.records = append(r.d.records, back)
}

// uptime is the time at so many milliseconds after the exporter's start.
func (r *reading) uptime(p *parts, ms uint64) int64 {
	if r.Version == NetFlow9 {
		return r.clock.since(uint32(ms))
	}
	if start := epoch(ms, 1e6); p.systemInit != 0 && start < math.MaxInt64-p.systemInit {
		return p.systemInit + start
	}
	return 0
}

// rate is how many packets there were for each that was counted; zero where the
// record does not say.
func (p *parts) rate() uint64 {
	if p.interval > 0 && p.space < math.MaxUint64-p.interval {
		return (p.interval + p.space) / p.interval
	}
	return p.single
}

// address keeps what is there: some templates have the fields of both families,
// of which the other's is zero.
func address(into *netip.Addr, b []byte) {
	if addr, ok := netip.AddrFromSlice(b); ok && (!into.IsValid() || into.IsUnspecified()) {
		*into = addr
	}
}

// number reads an unsigned number of any length up to eight bytes.
func number(b []byte) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n, true
}

// epoch is n units since 1970 in ns; zero where they don't fit.
func epoch(n uint64, unit uint64) int64 {
	if n > math.MaxInt64/unit {
		return 0
	}
	return int64(n * unit)
}

// ntp is a time of 32 bits of seconds since 1900 and 32 of fractions (RFC 7011
// §6.1.9); zero where it is before 1970.
func ntp(n uint64) int64 {
	const since1970 = 2208988800
	seconds := int64(n>>32) - since1970
	if seconds < 0 {
		return 0
	}
	return seconds*1e9 + int64((n&math.MaxUint32)*1e9>>32)
}

// before is so many microseconds before the datagram was sent.
func before(c clock, microseconds uint64) int64 {
	ns := epoch(microseconds, 1e3)
	if ns == 0 && microseconds != 0 || ns > c.exported {
		return 0
	}
	return c.exported - ns
}
