// Package corpus reads the labelled scenarios of the evaluation: who sends what
// where to, how often, and whether that is theft. test/eval/README.md describes
// the language.
package corpus

import (
	"net/netip"
	"time"
)

// Scenario is one kind of workload and what it does.
type Scenario struct {
	Name, About string
	// File and Line are where it stands.
	File string
	Line int
	// Attack says what is done to the workload; nil for a benign scenario.
	Attack   *Attack
	Workload Workload
	// Copies is how many workloads of this kind a cluster has.
	Copies int
	// Vary is by how much copies differ in rate and in size: the sigma of a
	// log-normal factor.
	Vary  float64
	Flows []Flow
	Scale []Scale
	// Allow are entries of the processor's allowances, as YAML.
	Allow []string
}

// Benign says that nothing here is theft.
func (s *Scenario) Benign() bool { return s.Attack == nil }

// Attack is what a malicious scenario expects.
type Attack struct {
	// Techniques are ATT&CK ids, the main one first; Rules are those that ought
	// to find it.
	Techniques, Rules []string
	// Intensities are factors of what the flows mark with *.
	Intensities []float64
	// Stated is the least intensity that counts for recall.
	Stated float64
	// Victim names the benign scenario whose workload is taken over; empty where
	// the scenario brings its own workload.
	Victim string
	// Start is the range that the attack's beginning is drawn from.
	Start Span
	Lasts time.Duration
}

// Workload is what runs: a Kubernetes controller's pods, or a plain container.
type Workload struct {
	Kind            Kind
	Namespace, Name string
	Image           string
	Replicas        int
}

// Kind is what made the containers.
type Kind string

// The kinds, in Kubernetes' words, and a container that nobody manages.
const (
	Deployment  Kind = "deployment"
	StatefulSet Kind = "statefulset"
	DaemonSet   Kind = "daemonset"
	CronJob     Kind = "cronjob"
	Container   Kind = "container"
)

// Scale is a time during which there are more replicas.
type Scale struct {
	Span
	Replicas int
}

// Span is a stretch of time since the evaluation's first midnight. A To of zero
// is the end.
type Span struct{ From, To time.Duration }

// Contains says whether t lies within.
func (s Span) Contains(t time.Duration) bool { return t >= s.From && (s.To == 0 || t < s.To) }

// Shape is how a flow's connections come about.
type Shape string

// The shapes of flows.
const (
	Connect Shape = "connect" // a new connection each time
	Stream  Shape = "stream"  // one long connection, a report each time
	Serve   Shape = "serve"   // outside clients connect, and are answered
	DNS     Shape = "dns"     // questions to a resolver
	FTP     Shape = "ftp"     // a session with a control and a data channel
)

// Flow is one line: a kind of connection, its peers, times and sizes.
type Flow struct {
	Shape Shape
	Name  string
	Line  int

	// To are the peers: names, or addresses, of which each connection takes one.
	To []string
	// Addresses is how many each name has; Net is where they lie.
	Addresses int
	Net       netip.Prefix
	Nameless  bool // the observer does not learn the name
	// Everywhere: an attack's flow runs in all replicas, not in the first alone.
	Everywhere bool
	Peers      int // clients of a server
	Port       uint16
	Transport  string
	Protocol   string

	Times
	// Send and Receive are bytes of a connection, or of a stream's report.
	Send, Receive Amount
	// Lasts is a connection's length in ns; without one it follows from the bytes.
	Lasts Amount
	// Report is how often a connection that goes on is reported.
	Report time.Duration
	// Packet is the payload of a packet.
	Packet int64

	Process, Command string
	Method, Path     string
	Agent            string
	Entropy          float64
	JA4              string

	Names     []string // questions
	Type      string
	Questions Amount // of one socket
	Gap       time.Duration
	Answer    Amount

	Mode string // of FTP: passive, active, tls, implicit
}

// Times is when connections begin.
type Times struct {
	// Every is the mean time between connections in ns; At, times of day instead.
	Every Amount
	At    []time.Duration
	// Jitter makes connections a timer's, each early or late by up to that share
	// of Every. Negative: they come at random.
	Jitter float64
	// Delay is by how much a time of At may be late.
	Delay time.Duration
	// Count is how many there are: at each time of At, or in all.
	Count Amount

	Hours [2]int // from and to hour of day; equal: all day
	Days  [7]bool
	Dates []int // days since the start; empty: all
	Span
	// Swing is the day's: the rate is 1+Swing at 14:00 UTC and 1-Swing at night.
	Swing float64
	// Weekend is Saturday's and Sunday's share of the rate.
	Weekend float64
	// Growth is by how much sizes grow in a day.
	Growth float64
	// Outage is when nothing can be sent; what waited is sent after it.
	Outage Span
	// BurstShare of the connections carry BurstFactor as much.
	BurstShare, BurstFactor float64
}
