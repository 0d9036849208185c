package lab

import (
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Outcome is what one scenario did, and what was said about it.
type Outcome struct {
	Scenario  string `json:"scenario"`
	Benign    bool   `json:"benign"`
	Skipped   string `json:"skipped,omitempty"` // why it could not run here
	Failed    string `json:"failed,omitempty"`  // why its container failed
	Container string `json:"container"`
	Sent      int64  `json:"sent"`     // bytes, by the application
	Received  int64  `json:"received"` // bytes, by the sink

	Alerts      int           `json:"alerts"` // different alert ids
	Rule        string        `json:"rule,omitempty"`
	Techniques  []string      `json:"techniques,omitempty"`
	Named       string        `json:"container_named,omitempty"`
	Process     string        `json:"process,omitempty"`
	Destination string        `json:"destination,omitempty"`
	Bytes       int64         `json:"bytes,omitempty"` // the incident's total
	Delay       time.Duration `json:"delay_ns"`        // from the decisive moment to the alert
	Gone        int64         `json:"gone"`            // bytes at the sink when the alert came
	Lost        int64         `json:"lost,omitempty"`
	Closed      bool          `json:"closed"`

	// First is the alert that opened the incident; Said are all, in their order.
	First *collector.Alert  `json:"-"`
	Said  []collector.Alert `json:"-"`

	wants Scenario
	id    string // container id
}

// Delay allowed from the decisive moment to the alert; and how far the bytes
// of an alert may be from what the application sent: headers, encryption.
const (
	maxDelay     = time.Second
	maxByteError = 0.01
)

// Problems are what is wrong with an outcome; none means it is as it must be.
func (o *Outcome) Problems() []string {
	switch {
	case o.Skipped != "":
		return nil
	case o.Failed != "":
		return []string{o.Failed}
	case o.Benign && o.Alerts > 0:
		return []string{fmt.Sprintf("%d alerts about nothing", o.Alerts)}
	case o.Benign:
		return nil
	case o.Alerts != 1:
		return []string{fmt.Sprintf("%d alerts instead of one", o.Alerts)}
	}
	return o.wrong()
}

// wrong lists what the one alert of a theft says wrongly.
func (o *Outcome) wrong() []string {
	var p []string
	report := func(bad bool, format string, args ...any) {
		if bad {
			p = append(p, fmt.Sprintf(format, args...))
		}
	}
	report(o.Named != o.Container, "names container %q, not %q", o.Named, o.Container)
	report(path.Base(o.Process) != path.Base(o.wants.Process), "names process %q, not %q", o.Process, o.wants.Process)
	report(!slices.Contains(o.Techniques, o.wants.Technique), "techniques %v lack %s", o.Techniques, o.wants.Technique)
	report(!o.toTheLab(), "destination %s is not the lab's", o.Destination)
	difference := float64(o.Bytes-o.Sent) / float64(max(o.Sent, 1))
	report(difference > maxByteError || difference < -maxByteError, "bytes are %+.2f %% off", difference*100)
	report(!o.Closed, "the incident did not close with its totals")
	report(o.Delay > maxDelay, "delay %s", o.Delay.Round(time.Millisecond))
	return p
}

// heard is an alert, with what had arrived at the sink by then.
type heard struct {
	collector.Alert
	gone int64
}

// hear adds an alert to what was said.
func (o *Outcome) hear(a heard) {
	o.Said = append(o.Said, a.Alert)
	if o.First == nil || o.First.ID != a.ID {
		o.Alerts++
	}
	if o.First == nil {
		o.First, o.Gone = &a.Alert, a.gone
	}
	o.Rule = tell.Rule(&a.Alert.Alert)
	o.Techniques, o.Bytes, o.Lost = a.Techniques, a.Bytes, a.Lost
	o.Named, o.Process = tell.Container(&a.Workload), a.Process.Executable
	o.Destination = tell.Destination(a.Destination)
	o.Closed = a.Status == alert.Closed
}

// toTheLab says that the alert's peer is one of the outside hosts.
func (o *Outcome) toTheLab() bool {
	return o.First != nil && network.Check(o.First.Destination.Address) == nil
}
