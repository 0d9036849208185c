package dialect

import (
	"net/netip"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// netobserv is the flow format of NetObserv (network-observability-operator), as
// its Kafka exporter and Loki store have it. A record is one direction of travel
// as one node's agent saw it, in bytes of the link layer.
//
// Of a flow between two nodes both agents tell, the sender's as egress and the
// receiver's as ingress. The sender's counts; the receiver's does only where
// the sender has no agent, which is where no node is known for it.
var netobserv = dialect{
	product: "netobserv",
	gives:   flow.FieldBytes | flow.FieldPackets | flow.FieldInitiator | flow.FieldDNS,
	cues:    []string{"TimeFlowEndMs"},
	mine: func(v *view) bool {
		return v.has("SrcAddr") && v.has("DstAddr") && v.has("TimeFlowEndMs")
	},
	read: func(v *view, s *said) error {
		if netobservRepeats(v) {
			s.silent = true
			return nil
		}
		t := take{view: v}
		readNetObserv(&t, &s.record)
		s.source, s.destination = t.netobservEnd(&netobservSource), t.netobservEnd(&netobservDestination)
		s.record.Ignored = t.ignored
		return t.result()
	},
}

// netobservEnds are the names of one end's fields.
type netobservEnds struct{ kind, name, namespace, ownerKind, owner, node string }

var (
	netobservSource = netobservEnds{"SrcK8S_Type", "SrcK8S_Name", "SrcK8S_Namespace",
		"SrcK8S_OwnerType", "SrcK8S_OwnerName", "SrcK8S_HostName"}
	netobservDestination = netobservEnds{"DstK8S_Type", "DstK8S_Name", "DstK8S_Namespace",
		"DstK8S_OwnerType", "DstK8S_OwnerName", "DstK8S_HostName"}
)

// netobservRepeats says whether another record counts the same packets: that of
// another interface (Duplicate, until version 1.5), that of the sender's node,
// or those of which conversation tracking makes totals.
func netobservRepeats(v *view) bool {
	if duplicate, ok := v.get("Duplicate"); ok && duplicate.Bool() {
		return true
	}
	if kind := v.text("_RecordType"); kind != "" && kind != "flowLog" {
		return true
	}
	const ingress = 0
	direction, known := v.number("FlowDirection")
	return known && direction == ingress && v.text(netobservSource.node) != "" &&
		v.text(netobservSource.node) != v.text(netobservDestination.node)
}

func readNetObserv(t *take, r *flow.Record) {
	source, destination := t.address("SrcAddr"), t.address("DstAddr")
	r.Transport = t.protocol(t.count("Proto"), "Proto")
	var from, to uint16
	if hasPorts(r.Transport) {
		from, to = t.port("SrcPort"), t.port("DstPort")
	}
	r.Source, r.Destination = netip.AddrPortFrom(source, from), netip.AddrPortFrom(destination, to)
	r.Initiator = t.netobservInitiator(r)
	r.Unidirectional = true
	if t.has("Bytes") { // the agent leaves a zero out
		t.sampled(r, sampledFields{"Bytes", "Packets", "Sampling", overEthernet})
	}
	r.DNS.QuestionName = t.question("DnsName")
	t.clock(r, t.moment(time.Millisecond, "TimeFlowStartMs"), t.moment(time.Millisecond, "TimeFlowEndMs"))
}

// netobservInitiator reads the TCP flags of the interval: the agent tells a SYN
// that acknowledges (0x100) from one that opens.
func (t *take) netobservInitiator(r *flow.Record) flow.Initiator {
	const syn, synACK = 0x002, 0x100
	flags, ok := t.get("Flags")
	var bits int64
	switch {
	case !ok:
	case flags.Type() == pcommon.ValueTypeSlice:
		bits = listed(flags.Slice(), "SYN", syn) | listed(flags.Slice(), "SYN_ACK", synACK)
	default:
		bits, _ = t.perhaps(maxPort, "Flags")
	}
	switch {
	case bits&synACK != 0:
		return flow.InitiatorDestination
	case bits&syn != 0:
		return flow.InitiatorSource
	}
	return opener(r.Source, r.Destination)
}

// listed is bit where the list has the word. There are eleven flags at most.
func listed(words pcommon.Slice, word string, bit int64) int64 {
	for i := range min(words.Len(), 16) {
		if words.At(i).Str() == word {
			return bit
		}
	}
	return 0
}

// netobservEnd is whose end it is; of a node, which may be a host-network pod's,
// no more than its name.
func (t *take) netobservEnd(n *netobservEnds) flow.Resource {
	var res flow.Resource
	switch t.name(n.kind) {
	case "Pod":
		res.Pod, res.Namespace, res.Node = t.name(n.name), t.name(n.namespace), t.name(n.node)
		own(&res, t.name(n.ownerKind), t.name(n.owner))
	case "Node":
		res.Node = t.name(n.name)
	default:
		return res
	}
	res.Cluster = t.name("K8S_ClusterName")
	return res
}
