package netflowreceiver

import (
	"math"
	"net/netip"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/export"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/metadata"
)

// typicalAttributes saves the attribute list from growing as it is filled.
const typicalAttributes = 16

// logsOf are a datagram's records, with the attributes that collector-contrib's
// receiver gives them (v0.159.0).
func logsOf(m *export.Message, from netip.AddrPort, now time.Time) plog.Logs {
	logs := plog.NewLogs()
	scope := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	scope.Scope().SetName(metadata.ScopeName)
	exporter := from.Addr().String()
	records := scope.LogRecords()
	records.EnsureCapacity(len(m.Records))
	for i := range m.Records {
		r, lr := &m.Records[i], records.AppendEmpty()
		lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(now))
		if r.Start > 0 {
			lr.SetTimestamp(pcommon.Timestamp(r.Start))
		}
		a := lr.Attributes()
		a.EnsureCapacity(typicalAttributes)
		putEnds(a, r)
		putCounters(a, r)
		a.PutStr("flow.type", typeOf(m.Version))
		a.PutInt("flow.sequence_num", int64(m.Sequence))
		a.PutInt("flow.time_received", now.UnixNano())
		a.PutInt("flow.start", r.Start)
		a.PutInt("flow.end", r.End)
		a.PutStr("flow.sampler_address", exporter)
	}
	return logs
}

func putEnds(a pcommon.Map, r *export.Record) {
	a.PutStr("source.address", r.Source.String())
	a.PutInt("source.port", int64(r.SourcePort))
	a.PutStr("destination.address", r.Destination.String())
	a.PutInt("destination.port", int64(r.DestinationPort))
	a.PutStr("network.transport", flow.Transport(r.Protocol))
	switch {
	case r.Source.Is4() && r.Destination.Is4():
		a.PutStr("network.type", "ipv4")
	case r.Source.Is6() && r.Destination.Is6():
		a.PutStr("network.type", "ipv6")
	default:
		a.PutStr("network.type", "unknown")
	}
}

func putCounters(a pcommon.Map, r *export.Record) {
	a.PutInt("flow.io.bytes", signed(r.Bytes))
	a.PutInt("flow.io.packets", signed(r.Packets))
	a.PutInt("flow.sampling_rate", signed(r.SamplingRate))
	a.PutInt("flow.tcp_flags", int64(r.TCPFlags))
}

// signed is n, or the largest number that an attribute holds.
func signed(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

func typeOf(v export.Version) string {
	switch v {
	case export.NetFlow5:
		return "netflow_v5"
	case export.NetFlow9:
		return "netflow_v9"
	default:
		return "ipfix"
	}
}
