// Package flow is the flow record: one direction of travel between a container
// and a peer, over one reporting interval. It alone knows the attribute names
// of the record's log form, and encodes and decodes both ways.
//
// Names are OpenTelemetry semantic conventions first, then the NetFlow
// receiver's flow.*, then IPFIX terms (RFC 5102, RFC 5103).
package flow

import "net/netip"

// EventName marks a log record that carries a Record.
const EventName = "network.flow"

// Record is what one flow moved in one reporting interval. Counters are deltas
// for that interval. The zero value of a field means "not known" and is absent
// from the encoded form, except for the four counters, where zero is a count.
//
// A decoded Record's strings alias the memory of the pdata it came from: copy
// with strings.Clone what must outlive it.
type Record struct {
	// Time is the record's own time, ns since the epoch: when the interval ended.
	Time int64
	// Start and End are the flow's first and last packet, ns since the epoch.
	Start, End int64

	// Source is the observed container's own end; Destination is the peer.
	Source, Destination netip.AddrPort
	// Transport is the lower-case protocol name: tcp, udp, icmp, …
	Transport string
	// Initiator says which end opened the flow.
	Initiator Initiator

	// Bytes and Packets travelled source→destination, in transport payload
	// bytes; Reverse* destination→source.
	Bytes, Packets               int64
	ReverseBytes, ReversePackets int64
	// Unidirectional says that the observer reports one direction only: the
	// reverse counters are unknown rather than zero.
	Unidirectional bool
	// EndReason is IPFIX flowEndReason (RFC 5102 §5.11.3).
	EndReason EndReason

	// Protocol is the application protocol by content, not by port: http, tls,
	// ftp, ftp-data, ssh, dns, smtp, quic, …
	Protocol, ProtocolVersion string
	// Server is the peer's name: SNI, Host, or the name DNS resolved to it.
	Server string
	HTTP   HTTP
	TLS    TLS
	DNS    DNS
	SMTP   SMTP
	// FTPCommands are the control commands seen this interval (STOR, "AUTH
	// TLS", …) without their arguments.
	FTPCommands []string
	// Entropy is bits per byte over the sampled payload, 0 to 8.
	Entropy float64

	Process Process
	// Lost is how many records the observer knows it lost since its last report.
	Lost int64

	// Ignored is how many attributes Decode left out because they were mistyped
	// or out of range. It is not encoded.
	Ignored int
}

// HTTP is what a cleartext request says of itself.
type HTTP struct {
	Method    string
	Path      string // without query, fragment or user information
	UserAgent string
	BodySize  int64 // declared length in bytes, the largest of the interval
	// Requests is how many were seen in the interval: of more than one, the
	// bytes do not tell whose they are.
	Requests int64
}

// TLS is what a ClientHello says of itself.
type TLS struct {
	Version string // highest offered: 1.2, 1.3
	JA4     string
}

// SMTP is what a mail submission in clear says of its messages.
type SMTP struct {
	// MessageSize is in bytes, declared (RFC 1870) or transferred, the largest of
	// the interval.
	MessageSize int64
}

// DNS is a question asked on this flow.
type DNS struct {
	QuestionName string
	QuestionType string // A, AAAA, TXT, …
}

// Process owns the flow's socket. PIDs are the host's.
type Process struct {
	PID         int64
	ParentPID   int64
	Executable  string // absolute path inside the container
	CommandLine string // secrets masked
}

// Initiator says which end opened a flow.
type Initiator uint8

// The two ends, and a flow whose beginning was not seen.
const (
	InitiatorUnknown Initiator = iota
	InitiatorSource
	InitiatorDestination
)

// EndReason is IPFIX flowEndReason; active_timeout marks an interval report of
// a flow that goes on.
type EndReason uint8

// The reasons of RFC 5102 §5.11.3, with its numbers.
const (
	EndUnknown EndReason = iota
	EndIdleTimeout
	EndActiveTimeout
	EndOfFlow
	EndForced
	EndLackOfResources
)

// Resource says whose flow it is: the container, and what k8s_attributes and
// resourcedetection add to it.
type Resource struct {
	ContainerID string // 64 hex digits, no prefix
	Runtime     string // docker, containerd, cri-o, podman
	Container   string // the runtime's container name
	Image       string // image name without tag or digest

	PodUID       string
	Pod          string
	Namespace    string
	K8sContainer string // name in the pod's spec
	Deployment   string
	StatefulSet  string
	DaemonSet    string
	CronJob      string
	Job          string
	Node         string
	Cluster      string

	Host   string
	HostID string

	// Address is the container's own, where its observer knows no more of it.
	Address string
}
