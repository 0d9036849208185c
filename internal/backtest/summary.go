package backtest

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// RuleSummary is what one rule found. An incident is its strongest rule's.
type RuleSummary struct {
	Rule         string `json:"rule"`
	Incidents    int    `json:"incidents"`
	Supports     int    `json:"supports"` // incidents of other rules that it has evidence in
	Severity     string `json:"severity"` // the highest
	Workloads    int    `json:"workloads"`
	Destinations int    `json:"destinations"`
	Bytes        int64  `json:"bytes"`
}

// tally gathers one rule's incidents.
type tally struct {
	incidents, supports     int
	severity                alert.Severity
	workloads, destinations map[string]bool
	bytes                   int64
}

func newTally() *tally {
	return &tally{workloads: make(map[string]bool), destinations: make(map[string]bool)}
}

func (t *tally) add(i *Incident) {
	t.incidents++
	t.severity = max(t.severity, i.Severity)
	t.workloads[i.Workload] = true
	t.destinations[i.Destination()] = true
	t.bytes += i.Last.Bytes
}

func (t *tally) summary(rule string) RuleSummary {
	severity := "-"
	if t.incidents > 0 {
		severity = t.severity.String()
	}
	return RuleSummary{
		Rule: rule, Incidents: t.incidents, Supports: t.supports, Severity: severity,
		Workloads: len(t.workloads), Destinations: len(t.destinations), Bytes: t.bytes,
	}
}

// Rules summarizes by rule, by name.
func (s *Side) Rules() []RuleSummary {
	tallies := make(map[string]*tally)
	of := func(rule string) *tally {
		if tallies[rule] == nil {
			tallies[rule] = newTally()
		}
		return tallies[rule]
	}
	for _, i := range s.Incidents {
		strongest := tell.Rule(&i.Last)
		of(strongest).add(i)
		for _, f := range i.Last.Evidence {
			if f.Rule != nil && tell.Clean(f.Rule.Name) != strongest {
				of(tell.Clean(f.Rule.Name)).supports++
			}
		}
	}
	var list []RuleSummary
	for rule, t := range tallies {
		list = append(list, t.summary(rule))
	}
	slices.SortFunc(list, func(a, b RuleSummary) int { return strings.Compare(a.Rule, b.Rule) })
	return list
}

// total is over all rules.
func (s *Side) total() RuleSummary {
	t := newTally()
	for _, i := range s.Incidents {
		t.add(i)
	}
	return t.summary("all")
}

// WriteSummary writes what came of one side.
func WriteSummary(w io.Writer, read *recording.Stats, s *Side) error {
	fmt.Fprintf(w, "── %s\n\n", s.Name)
	writeRecords(w, read, s)
	if err := writeRules(w, s); err != nil {
		return err
	}
	writeOpen(w, s)
	return nil
}

func writeRecords(w io.Writer, read *recording.Stats, s *Side) {
	seen, rejected := s.Counters.Sum(metricRead), s.Counters.Sum(metricRejected)
	fmt.Fprintf(w, "records   %d read, %d of them late; %d rejected", seen, s.Counters.Sum(metricLate), rejected)
	if rejected > 0 {
		fmt.Fprintf(w, " (%s)", strings.Join(s.rejections(), ", "))
	}
	if other := read.Records - seen - rejected; other > 0 {
		fmt.Fprintf(w, "; %d others passed", other)
	}
	fmt.Fprintln(w)
}

func (s *Side) rejections() []string {
	var list []string
	for _, c := range s.Counters {
		if c.Name == metricRejected {
			list = append(list, fmt.Sprintf("%d %s", c.Value, strings.TrimPrefix(c.Labels, "reason=")))
		}
	}
	return list
}

func writeRules(w io.Writer, s *Side) error {
	if s.Forgotten > 0 {
		fmt.Fprintf(w, "incidents more than %d: %d alerts not counted below\n", maxIncidents, s.Forgotten)
	}
	if len(s.Incidents) == 0 {
		fmt.Fprintf(w, "incidents none\n\n")
		return nil
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tINCIDENTS\tSUPPORTS\tSEVERITY\tWORKLOADS\tDESTINATIONS\tBYTES")
	for _, r := range append(s.Rules(), s.total()) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%d\t%d\t%s\n",
			r.Rule, r.Incidents, r.Supports, r.Severity, r.Workloads, r.Destinations, tell.Size(r.Bytes))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
}

func writeOpen(w io.Writer, s *Side) {
	title := "open at the end\n"
	for _, i := range s.Incidents {
		if i.Open() {
			fmt.Fprintf(w, "%s  %s\n", title, i.line())
			title = ""
		}
	}
	if title == "" {
		fmt.Fprintln(w)
	}
}

// line is an incident in one line, in event time.
func (i *Incident) line() string {
	return fmt.Sprintf("%-8s %5.1f  %s → %s  %s  %s  %s", strings.ToUpper(i.Severity.String()), i.Score, i.Workload,
		tell.Destination(i.Last.Destination), tell.Size(i.Last.Bytes), tell.Rule(&i.Last), tell.Time(i.Last.FirstSeen))
}

// WriteReading writes what was read, how fast, and what could not be.
func WriteReading(w io.Writer, r *Result) {
	read, seconds := r.Read, r.Elapsed.Seconds()
	fmt.Fprintf(w, "read      %d log records in %d requests, %s, in %s: %.0f records/s\n",
		read.Records, read.Messages, tell.Size(read.Bytes), r.Elapsed.Round(time.Millisecond), float64(read.Records)/max(seconds, 1e-9))
	if read.First != 0 {
		fmt.Fprintf(w, "span      %s: from %s to %s\n",
			time.Duration(read.Last-read.First).Round(time.Second), tell.Time(read.First), tell.Time(read.Last))
	}
	if read.Empty > 0 {
		fmt.Fprintf(w, "empty     %d requests held no log records\n", read.Empty)
	}
	WriteRejected(w, read)
}

// WriteRejected writes what could not be read, and where that was first.
func WriteRejected(w io.Writer, read *recording.Stats) {
	for _, x := range read.Rejected() {
		fmt.Fprintf(w, "rejected  %d %s, first %s: %s\n", x.Count, x.Reason, tell.Clean(x.First.String()), tell.Clean(x.Err.Error()))
	}
}

// WriteAlert writes one alert: in full when the incident opens, in a line after
// that.
func WriteAlert(w io.Writer, workload *flow.Resource, a *alert.Alert) {
	if a.Status == alert.Open {
		tell.Alert(w, a, workload)
		fmt.Fprintln(w)
		return
	}
	fmt.Fprintf(w, "   %-7s %s %s  %s → %s  %s\n           %s  id %s\n\n", strings.ToUpper(string(a.Status)),
		strings.ToUpper(a.Severity.String()), tell.Rule(a), workloadName(workload), tell.Destination(a.Destination),
		tell.Size(a.Bytes), tell.Time(a.Time), tell.Clean(a.ID))
}
