package arena

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// Incident is one that the processor opened, as all its alerts tell it.
type Incident struct {
	Who    *traffic.Instance
	Opened int64 // event time, ns since the epoch
	Body   string
	Score  float64

	Severity    alert.Severity
	Destination alert.Destination
	Techniques  []string
	Rules       []string
	// Gone is what the workload's attack had sent when it opened.
	Gone int64
	// Story is what its alerts said, one after the other, with their evidence.
	Story []string
}

// Ledger is what an attack really sent.
type Ledger struct {
	First, Last int64 // ns since the epoch
	Bytes       int64

	before int64  // bytes of the batches before this one
	recent []loss // of this one
}

// at is the bytes that were gone at a time.
func (l *Ledger) at(t int64) int64 {
	sum := l.before
	for _, r := range l.recent {
		if r.time <= t {
			sum += r.bytes
		}
	}
	return sum
}

type sink struct {
	outcome   *Outcome
	byKey     map[string]*traffic.Instance
	incidents map[string]*Incident // by alert id
	touched   []*Ledger
	err       error
}

func newSink(o *Outcome) *sink {
	return &sink{outcome: o, byKey: o.Cluster.ByKey(), incidents: make(map[string]*Incident)}
}

// begin books what attacks send in a batch that the processor is about to see.
func (s *sink) begin(b *batch) {
	s.outcome.Records += b.count
	for _, l := range s.touched {
		l.before, l.recent = l.Bytes, l.recent[:0]
	}
	s.touched = s.touched[:0]
	for _, g := range b.gone {
		l := s.outcome.Attacks[g.who]
		if l == nil {
			l = &Ledger{First: g.start}
			s.outcome.Attacks[g.who] = l
		}
		if len(l.recent) == 0 {
			s.touched = append(s.touched, l)
		}
		l.recent = append(l.recent, g)
		l.First, l.Last = min(l.First, g.start), max(l.Last, g.time)
		l.Bytes += g.bytes
	}
}

// take reads what the processor says.
func (s *sink) take(_ context.Context, ld plog.Logs) error {
	said, err := new(plog.ProtoMarshaler).MarshalLogs(ld)
	if err != nil {
		return err
	}
	s.outcome.Transcript = append(s.outcome.Transcript, said...)
	for _, rl := range ld.ResourceLogs().All() {
		var who flow.Resource
		who.Decode(rl.Resource())
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if alert.Is(lr) {
					s.alert(&who, lr)
				}
			}
		}
	}
	return nil
}

func (s *sink) alert(who *flow.Resource, lr plog.LogRecord) {
	var a alert.Alert
	if err := a.Decode(lr); err != nil {
		s.err = err
		return
	}
	s.outcome.Alerts++
	i := s.incidents[a.ID]
	if i == nil {
		i = &Incident{Who: s.byKey[traffic.KeyOf(who)], Opened: a.Time, Body: strings.Clone(a.Body), Destination: a.Destination}
		i.Destination.Domain = strings.Clone(a.Destination.Domain)
		if i.Who == nil {
			s.err = fmt.Errorf("an alert is about %s, which is not in the cluster", traffic.KeyOf(who))
			return
		}
		if l := s.outcome.Attacks[i.Who]; l != nil {
			i.Gone = l.at(a.Time)
		}
		s.incidents[a.ID] = i
		s.outcome.Incidents = append(s.outcome.Incidents, i)
	}
	i.learn(&a)
	i.Story = append(i.Story, tell(&a))
}

// tell writes an alert for people who look into one scenario.
func tell(a *alert.Alert) string {
	var b strings.Builder
	at := time.Unix(0, a.Time).UTC().Format("01-02 15:04:05")
	fmt.Fprintf(&b, "%s %s, score %.1f, %d bytes: %s\n", at, a.Status, a.Score, a.Bytes, a.Body)
	for _, f := range a.Evidence {
		if f.Rule != nil {
			fmt.Fprintf(&b, "    %s: %s\n", f.Rule.Name, f.Sentence)
		}
	}
	return b.String()
}

// learn adds what a later alert about the incident says.
func (i *Incident) learn(a *alert.Alert) {
	i.Score, i.Severity = max(i.Score, a.Score), max(i.Severity, a.Severity)
	for _, t := range a.Techniques {
		i.Techniques = addTo(i.Techniques, t)
	}
	for _, f := range a.Evidence {
		if f.Rule != nil {
			i.Rules = addTo(i.Rules, f.Rule.Name)
		}
	}
}

func addTo(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, strings.Clone(word))
}
