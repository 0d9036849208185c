// Package alert is what the product says: findings of rules, gathered into an
// incident, encoded as one log record that any OTLP backend can take.
package alert

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// EventName marks a log record that carries an Alert.
const EventName = "exfil.alert"

// Tactic is ATT&CK's tactic of every alert: Exfiltration.
const Tactic = "TA0010"

// Severity orders alerts; its value is the OTLP severity number.
type Severity int32

// The four severities: WARN, ERROR, ERROR3 and FATAL in OTLP's numbers.
const (
	Low      Severity = 13
	Medium   Severity = 17
	High     Severity = 19
	Critical Severity = 21
)

// Status is where an incident is in its life.
type Status string

// An incident opens once, is updated when it grows much worse, and closes with
// its totals after a quiet period.
const (
	Open   Status = "open"
	Update Status = "update"
	Closed Status = "closed"
)

// Prior is the log-odds, in nats, that a destination is one for stolen data before
// anything is found: one in ten of those that a rule speaks of. A score is
// 100/(1+exp(-(Prior + the evidence's weights))).
const Prior = -2.1972245773362196 // ln(0.1/0.9)

// Family says what kind of thing a rule looks at. Rules of one family see the same
// thing twice, and do not add up.
type Family string

// The families.
const (
	Volume     Family = "volume"     // how much is sent, by whatever means
	Pattern    Family = "pattern"    // in which sizes, and when
	Novelty    Family = "novelty"    // by whom, and where to, for the first time
	Reputation Family = "reputation" // what others say of the destination
)

// Rule describes a detection rule, as semconv's security_rule.* has it.
type Rule struct {
	Name        string // http_upload
	Category    string // ATT&CK tactic name, lower case: exfiltration
	Description string
	Reference   string // URL of the strongest technique
	Version     string
	Family      Family
	// Needs are the fields without which the rule finds nothing. They are not encoded.
	Needs flow.Fields
}

// Finding is one rule's evidence: what it saw, against what.
type Finding struct {
	Rule       *Rule
	Techniques []string // ATT&CK ids, strongest first
	Severity   Severity
	Score      float64 // 0 to 100, this finding alone
	Weight     float64 // what it adds to the incident's log-odds now, in nats
	Observed   float64
	Threshold  float64
	Baseline   float64 // 0: none learned
	Unit       string  // UCUM: By, {request}, 1
	Sentence   string  // one sentence a person can check
	Time       int64   // event time, ns since the epoch
}

// Destination is the group of peers an incident is about.
type Destination struct {
	Address  netip.Addr // the peer seen last
	Port     uint16
	Domain   string // server name, where one is known
	Protocol string // application protocol, else the transport
}

// Process is who sent, in the container.
type Process struct {
	PID         int64
	ParentPID   int64
	Executable  string
	CommandLine string
}

// Alert is one incident, so far.
type Alert struct {
	ID          string // UUIDv5 of workload, destination group, first time
	Status      Status
	Severity    Severity
	Score       float64
	Time        int64 // when the threshold was crossed, event time, ns
	Body        string
	Bytes       int64 // sent to the destination group over the incident
	Destination Destination
	FirstSeen   int64
	LastSeen    int64
	Techniques  []string
	Evidence    []Finding // one per rule, strongest first
	Process     Process
	Files       []string // what the process had read
	Lost        int64    // records lost behind these numbers
}
