package dialect

import (
	"net/netip"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// vpc is AWS's VPC flow logs, in either of two forms: fields under AWS's own
// names, as a parser of the text (hyphens) or of Parquet (underscores) gives
// them, and the attributes of collector-contrib's awslogs encoding (v0.159.0).
// A record is one direction at one interface, in bytes of the IP layer.
//
// Behind a NAT gateway and for pods, pkt-srcaddr and pkt-dstaddr are the ends
// of the packet itself; srcaddr and dstaddr are then an interface on its way.
var vpc = dialect{
	product: "vpc_flow_logs",
	gives:   flow.FieldBytes | flow.FieldPackets | flow.FieldInitiator,
	cues:    []string{"aws.vpc.flow.status", "aws.vpc.flow.bytes", "srcaddr"},
	mine: func(v *view) bool {
		return v.has("aws.vpc.flow.status") || v.has("aws.vpc.flow.bytes") ||
			v.has("srcaddr") && v.has("dstaddr") && (v.has("bytes") || v.has("log-status") || v.has("log_status"))
	},
	read: func(v *view, s *said) error {
		fields := vpcFields(v)
		t := take{view: v}
		switch v.text(fields.action) {
		case "REJECT": // a security group or network ACL let nothing through
			s.silent = true
			return nil
		}
		switch v.text(fields.status) {
		case "NODATA":
			s.silent = true
			return nil
		case "SKIPDATA": // AWS could not capture a part of the interval
			s.silent = true
			s.record.Lost = 1
			return nil
		}
		readVPC(&t, &s.record, fields)
		s.record.Ignored = t.ignored
		return t.result()
	},
}

// vpcNames are the names of one form.
type vpcNames struct {
	source, destination             string
	packetSource, packetDestination string
	sourcePort, destinationPort     string
	protocol, packets, bytes        string
	start, end                      string
	action, status, flags           string
}

var (
	vpcText = vpcNames{
		source: "srcaddr", destination: "dstaddr",
		packetSource: "pkt-srcaddr", packetDestination: "pkt-dstaddr",
		sourcePort: "srcport", destinationPort: "dstport",
		protocol: "protocol", packets: "packets", bytes: "bytes",
		start: "start", end: "end",
		action: "action", status: "log-status", flags: "tcp-flags",
	}
	vpcParquet = underscored(vpcText)
	// The encoding has already put the packet's ends into place, and the end of
	// the interval into the log record's timestamp.
	vpcContrib = vpcNames{
		source: "source.address", destination: "destination.address",
		sourcePort: "source.port", destinationPort: "destination.port",
		protocol: "network.protocol.name", packets: "aws.vpc.flow.packets", bytes: "aws.vpc.flow.bytes",
		start:  "aws.vpc.flow.start",
		action: "aws.vpc.flow.action", status: "aws.vpc.flow.status", flags: "network.tcp.flags",
	}
)

func underscored(n vpcNames) vpcNames {
	for _, name := range []*string{&n.packetSource, &n.packetDestination, &n.status, &n.flags} {
		*name = strings.ReplaceAll(*name, "-", "_")
	}
	return n
}

func vpcFields(v *view) *vpcNames {
	switch {
	case !v.has("srcaddr"):
		return &vpcContrib
	case v.has(vpcParquet.status) || v.has(vpcParquet.packetSource) || v.has(vpcParquet.packetDestination) || v.has(vpcParquet.flags):
		return &vpcParquet
	default:
		return &vpcText
	}
}

func readVPC(t *take, r *flow.Record, n *vpcNames) {
	source, destination := t.vpcAddress(n.packetSource, n.source), t.vpcAddress(n.packetDestination, n.destination)
	r.Transport = t.vpcTransport(n.protocol)
	var from, to uint16
	if hasPorts(r.Transport) {
		from, to = t.port(n.sourcePort), t.port(n.destinationPort)
	}
	r.Source, r.Destination = netip.AddrPortFrom(source, from), netip.AddrPortFrom(destination, to)
	r.Initiator = t.vpcInitiator(r, n.flags)
	r.Unidirectional = true
	r.Packets, _ = t.perhaps(maxCount, n.packets)
	r.Bytes = payloadOf(r, t.count(n.bytes), overIP)
	t.clock(r, t.moment(time.Second, n.start), t.moment(time.Second, n.end))
}

// vpcAddress is the packet's own address where the record has it; "-" stands
// for a field that does not apply.
func (t *take) vpcAddress(packet, hop string) netip.Addr {
	if written := t.text(packet); written != "" && written != "-" {
		return t.address(packet)
	}
	return t.address(hop)
}

// vpcTransport is a protocol number in AWS's own form, its name in contrib's.
func (t *take) vpcTransport(name string) string {
	if n, ok := t.number(name); ok {
		return t.protocol(n, name)
	}
	return t.transportName(name)
}

// vpcInitiator reads tcp-flags, which are those of the interval, of SYN (2),
// FIN (1), RST (4) and SYN-ACK (18): a lone SYN is the opener's.
func (t *take) vpcInitiator(r *flow.Record, flags string) flow.Initiator {
	const syn, synACK = 2, 18
	if r.Transport == "tcp" {
		switch bits, _ := t.perhaps(255, flags); {
		case bits&synACK == synACK:
			return flow.InitiatorDestination
		case bits&syn != 0:
			return flow.InitiatorSource
		}
	}
	return opener(r.Source, r.Destination)
}
