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
	about   About
	subject string
	reason  string // of the strongest finding
	action  string
	lead    float64 // its score
	spread  int     // over how many destinations
	// reported is the volume of the last alert: what was sent or, if more, what a
	// finding plausibly announced.
	reported int64
	lost     int64 // the observers' losses when the traffic began
}

// About is what kind of destination an incident is about.
type About int

// The kinds of destination.
const (
	Peer   About = iota // one group of peers
	Domain              // a domain, whose names are asked for by DNS
	All                 // all outside destinations of the workload
)

// Start is what is known when an incident begins.
type Start struct {
	Workload string // the workload's key
	Subject  string // how a sentence names it
	About    About
	Group    string // identifies the destination group
	Domain   string // where it is known
	Peer     netip.Addr
	First    int64 // when the traffic began, event time in ns
	Last     int64
	Bytes    int64 // sent since then
	Lost     int64 // the observers' losses before it began
}

// New makes an incident without findings.
func New(s Start) *Incident {
	name := strings.Join([]string{s.Workload, s.Group, strconv.FormatInt(s.First, 10)}, "\x00")
	return &Incident{
		about:   s.About,
		subject: s.Subject,
		lost:    s.Lost,
		alert: alert.Alert{
			ID:          uuid.NewSHA1(namespace, []byte(name)).String(),
			Bytes:       s.Bytes,
			Destination: alert.Destination{Address: s.Peer, Domain: keep(s.Domain)},
			FirstSeen:   s.First,
			LastSeen:    s.Last,
		},
	}
}

// ID is the alert's id.
func (i *Incident) ID() string { return i.alert.ID }

// LastSeen is when bytes were last sent, event time in ns.
func (i *Incident) LastSeen() int64 { return i.alert.LastSeen }

// Spoke is when the last alert was, event time in ns.
func (i *Incident) Spoke() int64 { return i.alert.Time }

// Destination is the peer seen last, and the name it goes by.
func (i *Incident) Destination() (netip.Addr, string) {
	return i.alert.Destination.Address, i.alert.Destination.Domain
}

// Add counts a record of the incident's traffic.
func (i *Incident) Add(r *flow.Record) {
	if r.Bytes > 0 {
		i.alert.Bytes = saturate(i.alert.Bytes, r.Bytes)
		i.alert.FirstSeen = min(i.alert.FirstSeen, r.Time)
		i.alert.LastSeen = max(i.alert.LastSeen, r.Time)
	}
	i.where(r)
	i.Sender(r)
}

// maxDomain is the longest domain name in text form (RFC 1035 §2.3.4).
const maxDomain = 253

// where keeps who of the destination it was, last.
func (i *Incident) where(r *flow.Record) {
	d := &i.alert.Destination
	d.Address = r.Destination.Addr()
	if i.about != Domain && r.Server != "" && r.Server != d.Domain && len(r.Server) <= maxDomain {
		d.Domain = strings.Clone(r.Server)
	}
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
// never lowers the incident's score. The strongest finding gives the words.
func (i *Incident) Find(f *Finding) {
	f.Severity = SeverityOf(f.Score)
	a := &i.alert
	if len(a.Evidence) == 0 || f.Score >= i.lead {
		i.lead = f.Score
		a.Destination.Port, a.Destination.Protocol = f.Port, keep(f.Protocol)
		i.action, i.reason = f.Action, f.Reason
	}
	i.spread = max(i.spread, f.Spread)
	a.Evidence = slices.DeleteFunc(a.Evidence, func(e alert.Finding) bool { return e.Rule == f.Rule })
	a.Evidence = append(a.Evidence, f.Finding)
	slices.SortStableFunc(a.Evidence, stronger)
	a.Score = max(a.Score, fuse(a.Evidence, f.Time))
	a.Severity = SeverityOf(a.Score)
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

// Score is the fused score so far.
func (i *Incident) Score() float64 { return i.alert.Score }

// Say makes the alert of this moment. Lost is the observers' losses so far.
func (i *Incident) Say(status alert.Status, at, lost int64) alert.Alert {
	a := &i.alert
	a.Status, a.Time = status, at
	a.Lost = max(lost-i.lost, a.Lost, 0)
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
