package lab

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

// Tell says what one scenario did and what came out, for a person to read.
func Tell(w io.Writer, command string, o *Outcome) {
	fmt.Fprintf(w, "── %s: a container runs\n\n   %s\n\n", o.Scenario, strings.ReplaceAll(command, "\n", "\n   "))
	if o.First == nil {
		fmt.Fprintf(w, "   NO ALERT. %s%s\n\n", o.Skipped, o.Failed)
		return
	}
	TellAlert(w, o.First)
	fmt.Fprintf(w, "   delay   %s; %s had left by then, %s in the end\n\n", o.when(), size(o.Gone), size(o.Bytes))
}

// when is the alert's delay, in words.
func (o *Outcome) when() string {
	switch {
	case o.wants.Declared:
		return fmt.Sprintf("%s after the head that declared the upload", o.Delay.Round(time.Millisecond))
	case o.Delay == 0:
		return "none: out before 10 MiB had arrived"
	}
	return fmt.Sprintf("%s after 10 MiB had arrived", o.Delay.Round(time.Millisecond))
}

// TellAlert is an alert as a person on call reads it.
func TellAlert(w io.Writer, a *collector.Alert) {
	fmt.Fprintf(w, "   ALERT   %s %s  %s\n", strings.ToUpper(a.Severity.String()), rule(&a.Alert), strings.Join(a.Techniques, " "))
	fmt.Fprintf(w, "           %s\n", a.Body)
	fmt.Fprintf(w, "   who     container %s (%s), image %s\n", name(&a.Workload), short(a.Workload.ContainerID), a.Workload.Image)
	fmt.Fprintf(w, "           process %d %s\n", a.Process.PID, a.Process.Executable)
	if a.Process.CommandLine != "" {
		fmt.Fprintf(w, "           %s\n", a.Process.CommandLine)
	}
	fmt.Fprintf(w, "   where   %s, %s\n", destination(a.Destination), a.Destination.Protocol)
	fmt.Fprintf(w, "   when    %s\n", time.Unix(0, a.Time).UTC().Format(time.RFC3339Nano))
	for i := range a.Evidence {
		e := &a.Evidence[i]
		name := ""
		if e.Rule != nil {
			name = e.Rule.Name
		}
		fmt.Fprintf(w, "   why     %s: %s\n", name, e.Sentence)
	}
	fmt.Fprintf(w, "   id      %s\n", a.ID)
}

func short(id string) string { return id[:min(12, len(id))] }

// size is bytes for a person.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
