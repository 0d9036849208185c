// Package incident gathers findings about one workload and one destination
// into one alert with a life: it opens, is updated when it gets much worse, and
// closes after a quiet period.
package incident

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// growth is how many times the bytes of the last alert make a new one.
const growth = 10

// plausible is how large an announced volume holds back updates. What is announced
// is a claim, and must not silence what is then sent.
const plausible = 1 << 30

// maxText bounds each text that an incident keeps, in bytes: Linux's PATH_MAX.
const maxText = 4096

// namespace is the UUIDv5 namespace (RFC 9562 §5.5) of alert ids.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/otelcol-exfil/otelcol-exfil"))

// Incident is one workload sending to one destination.
type Incident struct {
	alert   alert.Alert
	subject string
	reason  string // of the strongest finding
	action  string
	// reported is the volume of the last alert: what was sent or, if more, what a
	// finding plausibly announced.
	reported int64
	lost     int64 // the observers' losses when the traffic began
}

// Start is what is known when an incident opens.
type Start struct {
	Workload string // the workload's key
	Subject  string // how a sentence names it
	Peer     netip.Addr
	First    int64 // when the traffic began, event time in ns
	Last     int64
	Bytes    int64 // sent since then
	Lost     int64 // the observers' losses before it began
}

// New makes an incident without findings.
func New(s Start) *Incident {
	name := strings.Join([]string{s.Workload, s.Peer.String(), strconv.FormatInt(s.First, 10)}, "\x00")
	return &Incident{
		subject: s.Subject,
		lost:    s.Lost,
		alert: alert.Alert{
			ID:          uuid.NewSHA1(namespace, []byte(name)).String(),
			Bytes:       s.Bytes,
			Destination: alert.Destination{Address: s.Peer},
			FirstSeen:   s.First,
			LastSeen:    s.Last,
		},
	}
}

// ID is the alert's id.
func (i *Incident) ID() string { return i.alert.ID }

// LastSeen is when bytes were last sent, event time in ns.
func (i *Incident) LastSeen() int64 { return i.alert.LastSeen }

// Add counts a record of the incident's traffic.
func (i *Incident) Add(r *flow.Record) {
	if r.Bytes > 0 {
		i.alert.Bytes = saturate(i.alert.Bytes, r.Bytes)
		i.alert.FirstSeen = min(i.alert.FirstSeen, r.Time)
		i.alert.LastSeen = max(i.alert.LastSeen, r.Time)
	}
	i.Sender(r)
}

// Sender keeps the process behind the record, unless one is known.
func (i *Incident) Sender(r *flow.Record) {
	if p := &i.alert.Process; *p == (alert.Process{}) && r.Process != (flow.Process{}) {
		*p = alert.Process{
			PID:         r.Process.PID,
			ParentPID:   r.Process.ParentPID,
			Executable:  keep(r.Process.Executable),
			CommandLine: keep(r.Process.CommandLine),
		}
	}
}

// Find takes a finding in. It replaces the same rule's earlier evidence, and
// never lowers the incident's score.
func (i *Incident) Find(f *Finding) {
	f.Severity = SeverityOf(f.Score)
	a := &i.alert
	if len(a.Evidence) == 0 || f.Score >= a.Score {
		a.Score = f.Score
		a.Destination.Port, a.Destination.Protocol = f.Port, keep(f.Protocol)
		i.action, i.reason = f.Action, f.Reason
	}
	a.Severity = SeverityOf(a.Score)
	a.Evidence = slices.DeleteFunc(a.Evidence, func(e alert.Finding) bool { return e.Rule == f.Rule })
	a.Evidence = append(a.Evidence, f.Finding)
	slices.SortStableFunc(a.Evidence, stronger)
	for _, t := range f.Techniques {
		if !slices.Contains(a.Techniques, t) {
			a.Techniques = append(a.Techniques, t)
		}
	}
}

// Grown says that the bytes are ten times those of the last alert.
func (i *Incident) Grown() bool {
	return i.alert.Bytes/growth >= max(i.reported, 1)
}

// Severity is the severity so far.
func (i *Incident) Severity() alert.Severity { return i.alert.Severity }

// Say makes the alert of this moment. Domain is the peer's name where one is
// known, and lost the observers' losses so far.
func (i *Incident) Say(status alert.Status, at int64, domain string, lost int64) alert.Alert {
	a := &i.alert
	a.Status, a.Time = status, at
	a.Destination.Domain = domain
	a.Lost = max(lost-i.lost, 0)
	a.Body = i.sentence(status)
	i.reported = max(a.Bytes, min(i.announced(), plausible))
	said := *a
	said.Evidence = slices.Clone(a.Evidence)
	said.Techniques = slices.Clone(a.Techniques)
	return said
}

// announced is the largest volume any finding speaks of.
func (i *Incident) announced() int64 {
	var most int64
	for _, f := range i.alert.Evidence {
		if f.Unit == "By" && f.Observed < math.MaxInt64 {
			most = max(most, int64(f.Observed))
		}
	}
	return most
}

func stronger(a, b alert.Finding) int {
	if a.Score != b.Score {
		if a.Score > b.Score {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Rule.Name, b.Rule.Name)
}

// keep copies a text of the record, whose memory is not ours, up to a bound.
func keep(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return strings.Clone(s)
}

func saturate(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
