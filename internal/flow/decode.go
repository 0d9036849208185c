package flow

import (
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

const (
	// maxCount bounds a counter of one interval: 8 PiB, far above what a link
	// carries and low enough that a thousand of them still sum in an int64.
	maxCount = 1 << 53
	// maxPID is what a pid_t holds.
	maxPID = 1<<31 - 1
	// maxFTPCommands is how many commands of one interval are kept.
	maxFTPCommands = 64
	maxPort        = 1<<16 - 1
	maxEntropy     = 8
)

// Decode reads lr into r, all of it: what r held is gone, but FTPCommands keeps
// its backing array. Strings alias lr. Without a valid address at both ends, a
// transport, a byte count and a time there is no flow, and the error is a
// *RecordError; anything else that is mistyped or out of range is left out and
// counted in r.Ignored.
//
// A record without a timestamp takes its flow.end, else the time it was
// observed.
func (r *Record) Decode(lr plog.LogRecord) error {
	*r = Record{FTPCommands: r.FTPCommands[:0]}
	d := decoder{r: r}
	for key, v := range lr.Attributes().All() {
		if !d.attribute(key, v) {
			break
		}
	}
	if d.err == nil {
		d.finish(lr)
	}
	if d.err != nil {
		return d.err
	}
	return nil
}

// decoder is the state of one Decode.
type decoder struct {
	r *Record
	// Address and port come as two attributes, in any order.
	source, destination         netip.Addr
	sourcePort, destinationPort int64

	bytes, reverseBytes, reversePackets bool // seen
	err                                 *RecordError
}

// attribute takes one attribute; false ends the walk.
func (d *decoder) attribute(key string, v pcommon.Value) bool {
	switch key {
	case attrSourceAddress:
		d.address(&d.source, key, v)
	case attrSourcePort:
		d.integer(&d.sourcePort, v, maxPort)
	case attrDestinationAddress:
		d.address(&d.destination, key, v)
	case attrDestinationPort:
		d.integer(&d.destinationPort, v, maxPort)
	case attrTransport:
		d.transport(v)
	case attrNetworkType: // follows from the address
	case attrInitiator:
		d.initiator(v)
	case attrBytes:
		d.sentBytes(v)
	case attrPackets:
		d.integer(&d.r.Packets, v, maxCount)
	case attrReverseBytes:
		d.reverseBytes = d.integer(&d.r.ReverseBytes, v, maxCount) || d.reverseBytes
	case attrReversePackets:
		d.reversePackets = d.integer(&d.r.ReversePackets, v, maxCount) || d.reversePackets
	case attrStart:
		d.time(&d.r.Start, v)
	case attrEnd:
		d.time(&d.r.End, v)
	case attrEndReason:
		d.endReason(v)
	default:
		d.detail(key, v)
	}
	return d.err == nil
}

// detail takes the attributes that a flow can do without.
func (d *decoder) detail(key string, v pcommon.Value) {
	r := d.r
	switch key {
	case attrProtocolName:
		d.text(&r.Protocol, v)
	case attrProtocolVersion:
		d.text(&r.ProtocolVersion, v)
	case attrServer:
		d.text(&r.Server, v)
	case attrHTTPMethod:
		d.text(&r.HTTP.Method, v)
	case attrHTTPBodySize:
		d.integer(&r.HTTP.BodySize, v, maxCount)
	case attrHTTPRequests:
		d.integer(&r.HTTP.Requests, v, maxCount)
	case attrURLPath:
		d.text(&r.HTTP.Path, v)
	case attrUserAgent:
		d.text(&r.HTTP.UserAgent, v)
	case attrFTPCommand:
		d.ftpCommands(v)
	case attrSMTPMessageSize:
		d.integer(&r.SMTP.MessageSize, v, maxCount)
	case attrTLSVersion:
		d.text(&r.TLS.Version, v)
	case attrTLSClientJA4:
		d.text(&r.TLS.JA4, v)
	case attrDNSQuestionName:
		d.text(&r.DNS.QuestionName, v)
	case attrDNSQuestionType:
		d.text(&r.DNS.QuestionType, v)
	case attrEntropy:
		d.entropy(v)
	case attrPID:
		d.integer(&r.Process.PID, v, maxPID)
	case attrParentPID:
		d.integer(&r.Process.ParentPID, v, maxPID)
	case attrExecutable:
		d.text(&r.Process.Executable, v)
	case attrCommandLine:
		d.text(&r.Process.CommandLine, v)
	case attrLost:
		d.integer(&r.Lost, v, maxCount)
	}
}

// finish settles what needs more than one attribute, and what is missing.
func (d *decoder) finish(lr plog.LogRecord) {
	r := d.r
	d.require(attrSourceAddress, d.source.IsValid())
	d.require(attrDestinationAddress, d.destination.IsValid())
	d.require(attrTransport, r.Transport != "")
	d.require(attrBytes, d.bytes)
	r.Source = netip.AddrPortFrom(d.source, uint16(d.sourcePort))
	r.Destination = netip.AddrPortFrom(d.destination, uint16(d.destinationPort))
	r.Protocol = strings.ToLower(r.Protocol)
	d.direction()
	d.clock(lr)
}

// direction decides whether the reverse counters are known. Packets without
// bytes say too little to be used.
func (d *decoder) direction() {
	d.r.Unidirectional = !d.reverseBytes
	if d.r.Unidirectional && d.reversePackets {
		d.r.ReversePackets = 0
		d.r.Ignored++
	}
}

// clock sets the record's time, and drops a start that lies after the end.
func (d *decoder) clock(lr plog.LogRecord) {
	r := d.r
	if r.End != 0 && r.Start > r.End {
		r.Start = 0
		r.Ignored++
	}
	stamp := lr.Timestamp()
	if stamp == 0 {
		stamp = pcommon.Timestamp(r.End)
	}
	if stamp == 0 {
		stamp = lr.ObservedTimestamp()
	}
	at, ok := attribute.Time(uint64(stamp))
	if !ok {
		d.refuse("timestamp", "missing, before 1980 or after 2262")
		return
	}
	r.Time = at
}
