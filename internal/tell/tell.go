// Package tell puts an alert into the words that a person on call reads. What
// comes from the network is made safe for a terminal first.
package tell

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Alert writes an alert about a workload, in full.
func Alert(w io.Writer, a *alert.Alert, workload *flow.Resource) {
	fmt.Fprintf(w, "   ALERT   %s %s  %s\n", strings.ToUpper(a.Severity.String()), Rule(a), Clean(strings.Join(a.Techniques, " ")))
	fmt.Fprintf(w, "           %s\n", Clean(a.Body))
	who(w, workload)
	process(w, &a.Process)
	fmt.Fprintf(w, "   where   %s, %s\n", Destination(a.Destination), Clean(a.Destination.Protocol))
	fmt.Fprintf(w, "   when    %s\n", Time(a.Time))
	for i := range a.Evidence {
		e := &a.Evidence[i]
		name := ""
		if e.Rule != nil {
			name = e.Rule.Name
		}
		fmt.Fprintf(w, "   why     %s: %s\n", Clean(name), Clean(e.Sentence))
	}
	fmt.Fprintf(w, "   id      %s\n", Clean(a.ID))
}

func who(w io.Writer, workload *flow.Resource) {
	name, id := Container(workload), Short(workload.ContainerID)
	if workload.K8sContainer != "" {
		name = Clean(workload.K8sContainer)
	}
	if id != "" && id != name {
		name += " (" + id + ")"
	}
	if name != "" || workload.Image != "" {
		fmt.Fprintf(w, "   who     container %s, image %s\n", name, Clean(workload.Image))
	}
	if workload.Pod != "" {
		fmt.Fprintf(w, "           pod %s/%s\n", Clean(workload.Namespace), Clean(workload.Pod))
	}
}

func process(w io.Writer, p *alert.Process) {
	if p.PID != 0 || p.Executable != "" {
		fmt.Fprintf(w, "           process %d %s\n", p.PID, Clean(p.Executable))
	}
	if p.CommandLine != "" {
		fmt.Fprintf(w, "           %s\n", Clean(p.CommandLine))
	}
}

// Rule is the strongest finding's.
func Rule(a *alert.Alert) string {
	if len(a.Evidence) == 0 || a.Evidence[0].Rule == nil {
		return ""
	}
	return Clean(a.Evidence[0].Rule.Name)
}

// Destination is the peer's name, where one is known, its address and port.
func Destination(d alert.Destination) string {
	at := ""
	if d.Address.IsValid() {
		at = d.Address.String()
		if d.Address.Is6() && d.Port != 0 {
			at = "[" + at + "]"
		}
	}
	if d.Port != 0 {
		at += fmt.Sprintf(":%d", d.Port)
	}
	switch {
	case d.Domain == "":
		return at
	case at == "":
		return Clean(d.Domain)
	}
	return fmt.Sprintf("%s (%s)", Clean(d.Domain), at)
}

// Container is what a container is called: its name, where an engine gave it
// one, else the beginning of its id.
func Container(w *flow.Resource) string {
	if w.Container != "" {
		return Clean(w.Container)
	}
	return Short(w.ContainerID)
}

// Short is the beginning of a container id, as engines print it.
func Short(id string) string { return Clean(id[:min(12, len(id))]) }

// Time is ns since the epoch as RFC 3339 in UTC.
func Time(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }

// Size is n bytes in binary units.
func Size(n int64) string {
	switch {
	case n >= 1<<40:
		return fmt.Sprintf("%.1f TiB", float64(n)/(1<<40))
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// Clean replaces what could move the cursor, break the line or turn the text
// around, all of which an attacker may put into a name.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}
