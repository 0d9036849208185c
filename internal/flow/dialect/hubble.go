package dialect

import (
	"net/netip"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// hubble is the flow of Cilium's Hubble in protobuf's JSON (api/v1/flow), either
// inside the envelope of `hubble observe -o json` and of the agent's exporter
// ({"flow": …, "node_name": …, "time": …}) or bare.
//
// It tells of packets and messages that the data path showed, and counts no
// bytes: no rule of volume can speak from it. What it knows well is whose ends
// they are, names and requests.
var hubble = dialect{
	product: "hubble",
	gives:   flow.FieldInitiator | flow.FieldProtocol | flow.FieldServer | flow.FieldHTTP | flow.FieldDNS,
	cues:    []string{"verdict", "flow", "lost_events"},
	mine: func(v *view) bool {
		return v.has("flow", "verdict") || v.has("verdict") && v.has("IP", "source") ||
			v.has("lost_events", "num_events_lost")
	},
	read: readHubble,
}

func readHubble(v *view, s *said) error {
	t := take{view: v}
	if lost, found := t.perhaps(maxCount, "lost_events", "num_events_lost"); found {
		s.record.Lost, s.silent = lost, true
		return nil
	}
	envelope := t.moment(time.Nanosecond, "time")
	inner := *v
	if value, found := v.get("flow"); found {
		if value.Type() != pcommon.ValueTypeMap {
			t.refuse("not an object", "flow")
			return t.result()
		}
		inner.root = value.Map()
	}
	t.view = &inner
	if !hubbleCarried(&inner) {
		s.silent = true
		return nil
	}
	readHubbleFlow(&t, s)
	at := t.moment(time.Nanosecond, "time")
	if at == 0 {
		at = envelope
	}
	t.clock(&s.record, 0, at)
	s.record.Ignored = t.ignored
	return t.result()
}

// hubbleCarried says whether the flow is a packet or a request that went
// through. AUDIT would have been dropped, had the policy been enforced. A
// response tells again what its request told; what a socket hook saw (SOCK) is
// seen again as packets.
func hubbleCarried(v *view) bool {
	switch v.text("verdict") {
	case "FORWARDED", "REDIRECTED", "TRANSLATED", "AUDIT":
	default:
		return false
	}
	return v.has("IP", "source") && v.text("Type") != "SOCK" && v.text("l7", "type") != "RESPONSE"
}

// hubbleTransports are the members of Layer4 that a flow can have.
var hubbleTransports = [...]struct{ member, transport string }{
	{"TCP", "tcp"}, {"UDP", "udp"}, {"ICMPv4", "icmp"}, {"ICMPv6", "ipv6-icmp"}, {"SCTP", "sctp"},
}

func readHubbleFlow(t *take, s *said) {
	r := &s.record
	source, destination := t.address("IP", "source"), t.address("IP", "destination")
	var from, to uint16
	for _, known := range hubbleTransports {
		if t.has("l4", known.member) {
			r.Transport = known.transport
			from, to = t.port("l4", known.member, "source_port"), t.port("l4", known.member, "destination_port")
			break
		}
	}
	if r.Transport == "" {
		s.silent = true // VRRP and the like
	}
	r.Source, r.Destination = netip.AddrPortFrom(source, from), netip.AddrPortFrom(destination, to)
	r.Unidirectional = true
	r.Initiator = hubbleInitiator(t.view, r)
	s.source, s.destination = t.hubbleEnd("source"), t.hubbleEnd("destination")
	r.Server = t.hubbleServer(r.Initiator)
	if t.has("l7", "dns") {
		t.hubbleDNS(r)
	} else if t.has("l7", "http") {
		t.hubbleHTTP(r)
	}
}

// hubbleInitiator says who opened the connection. An absent is_reply is not
// known; the deprecated reply is absent where it is false.
func hubbleInitiator(v *view, r *flow.Record) flow.Initiator {
	if reply, known := v.get("is_reply"); known && reply.Type() == pcommon.ValueTypeBool {
		if reply.Bool() {
			return flow.InitiatorDestination
		}
		return flow.InitiatorSource
	}
	if reply, known := v.get("reply"); known && reply.Bool() {
		return flow.InitiatorDestination
	}
	return opener(r.Source, r.Destination)
}

// hubbleEnd is whose end it is. Only an endpoint of the observing node has an ID.
func (t *take) hubbleEnd(end string) flow.Resource {
	var res flow.Resource
	res.Pod, res.Namespace = t.name(end, "pod_name"), t.name(end, "namespace")
	if res.Pod == "" {
		return flow.Resource{} // the world, a node, a name outside the cluster
	}
	if id, _ := t.perhaps(maxCount, end, "ID"); id != 0 {
		res.Node = t.name("node_name")
		if _, node, found := strings.Cut(res.Node, "/"); found { // cluster/node
			res.Node = node
		}
	}
	res.Cluster = t.name(end, "cluster_name")
	if res.Cluster == "" {
		res.Cluster = hubbleCluster(t.view, end)
	}
	if workloads, ok := t.get(end, "workloads"); ok && workloads.Type() == pcommon.ValueTypeSlice && workloads.Slice().Len() > 0 {
		if first := workloads.Slice().At(0); first.Type() == pcommon.ValueTypeMap {
			w := take{view: &view{root: first.Map()}}
			own(&res, w.name("kind"), w.name("name"))
			t.ignored += w.ignored
		}
	}
	return res
}

// hubbleCluster is the cluster by the endpoint's label, of Cilium before 1.17.
func hubbleCluster(v *view, end string) string {
	const label = "k8s:io.cilium.k8s.policy.cluster="
	labels, ok := v.get(end, "labels")
	if !ok || labels.Type() != pcommon.ValueTypeSlice {
		return ""
	}
	for i := range min(labels.Slice().Len(), maxLabels) {
		if name, found := strings.CutPrefix(labels.Slice().At(i).Str(), label); found && len(name) <= maxName {
			return name
		}
	}
	return ""
}

// maxLabels is how many labels of an endpoint are looked at.
const maxLabels = 256

// hubbleServer is the name of the end that was called, the first of those that
// DNS resolved to its address.
func (t *take) hubbleServer(initiator flow.Initiator) string {
	names := "destination_names"
	if initiator == flow.InitiatorDestination {
		names = "source_names"
	}
	list, ok := t.get(names)
	if !ok || list.Type() != pcommon.ValueTypeSlice || list.Slice().Len() == 0 {
		return ""
	}
	return domain(list.Slice().At(0).Str())
}
