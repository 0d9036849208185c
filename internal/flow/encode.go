package flow

import (
	"net/netip"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// typicalAttributes saves the attribute list from growing as it is filled.
const typicalAttributes = 24

// Is says whether lr carries a Record.
func Is(lr plog.LogRecord) bool { return lr.EventName() == EventName }

// Encode writes r into lr, which is new and empty. The observed timestamp is
// left to the receiver, and the body stays empty.
func (r *Record) Encode(lr plog.LogRecord) {
	lr.SetEventName(EventName)
	if r.Time > 0 {
		lr.SetTimestamp(pcommon.Timestamp(r.Time))
	}
	m := lr.Attributes()
	m.EnsureCapacity(typicalAttributes)
	r.encodeEnds(m)
	r.encodeCounters(m)
	r.encodeApplication(m)
	r.Process.encode(m)
}

func (r *Record) encodeEnds(m pcommon.Map) {
	source, destination := bare(r.Source.Addr()), bare(r.Destination.Addr())
	putAddress(m, attrSourceAddress, source)
	attribute.PutInt(m, attrSourcePort, int64(r.Source.Port()))
	putAddress(m, attrDestinationAddress, destination)
	attribute.PutInt(m, attrDestinationPort, int64(r.Destination.Port()))
	attribute.PutString(m, attrTransport, r.Transport)
	switch {
	case destination.Is4():
		m.PutStr(attrNetworkType, typeIPv4)
	case destination.Is6():
		m.PutStr(attrNetworkType, typeIPv6)
	}
	if r.Initiator != InitiatorUnknown {
		m.PutStr(attrInitiator, r.Initiator.String())
	}
}

func (r *Record) encodeCounters(m pcommon.Map) {
	m.PutInt(attrBytes, r.Bytes)
	m.PutInt(attrPackets, r.Packets)
	if !r.Unidirectional {
		m.PutInt(attrReverseBytes, r.ReverseBytes)
		m.PutInt(attrReversePackets, r.ReversePackets)
	}
	attribute.PutInt(m, attrStart, r.Start)
	attribute.PutInt(m, attrEnd, r.End)
	if r.EndReason != EndUnknown {
		m.PutStr(attrEndReason, r.EndReason.String())
	}
	attribute.PutInt(m, attrLost, r.Lost)
}

func (r *Record) encodeApplication(m pcommon.Map) {
	attribute.PutString(m, attrProtocolName, r.Protocol)
	attribute.PutString(m, attrProtocolVersion, r.ProtocolVersion)
	attribute.PutString(m, attrServer, r.Server)
	attribute.PutString(m, attrHTTPMethod, r.HTTP.Method)
	attribute.PutInt(m, attrHTTPBodySize, r.HTTP.BodySize)
	attribute.PutInt(m, attrHTTPRequests, r.HTTP.Requests)
	attribute.PutString(m, attrURLPath, r.HTTP.Path)
	attribute.PutString(m, attrUserAgent, r.HTTP.UserAgent)
	attribute.PutStrings(m, attrFTPCommand, r.FTPCommands)
	attribute.PutInt(m, attrSMTPMessageSize, r.SMTP.MessageSize)
	attribute.PutString(m, attrTLSVersion, r.TLS.Version)
	attribute.PutString(m, attrTLSClientJA4, r.TLS.JA4)
	attribute.PutString(m, attrDNSQuestionName, r.DNS.QuestionName)
	attribute.PutString(m, attrDNSQuestionType, r.DNS.QuestionType)
	attribute.PutDouble(m, attrEntropy, r.Entropy)
}

func (p *Process) encode(m pcommon.Map) {
	attribute.PutInt(m, attrPID, p.PID)
	attribute.PutInt(m, attrParentPID, p.ParentPID)
	attribute.PutString(m, attrExecutable, p.Executable)
	attribute.PutString(m, attrCommandLine, p.CommandLine)
}

func putAddress(m pcommon.Map, key string, addr netip.Addr) {
	if addr.IsValid() {
		m.PutStr(key, addr.String())
	}
}

// bare is the address as the record has it: IPv4 where it is mapped into IPv6,
// and without a zone, which means something on one host only.
func bare(addr netip.Addr) netip.Addr {
	return addr.Unmap().WithZone("")
}
