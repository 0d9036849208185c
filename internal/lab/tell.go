package lab

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Tell says what one scenario did and what came out, for a person to read.
func Tell(w io.Writer, command string, o *Outcome) {
	heading(w, o.Scenario, command)
	if o.First == nil {
		fmt.Fprintf(w, "   NO ALERT. %s%s\n\n", o.Skipped, o.Failed)
		return
	}
	tell.Alert(w, &o.First.Alert, &o.First.Workload)
	fmt.Fprintf(w, "   delay   %s; %s had left by then, %s in the end\n\n", o.when(), tell.Size(o.Gone), tell.Size(o.Bytes))
}

func heading(w io.Writer, name, command string) {
	fmt.Fprintf(w, "── %s: a container runs\n\n   %s\n\n", name, strings.ReplaceAll(command, "\n", "\n   "))
}

// TellRecorded says what alerts there were about a scenario that was recorded, the
// first of each incident, and how many incidents.
func TellRecorded(w io.Writer, s Scenario, alerts []collector.Alert) (incidents int) {
	heading(w, s.Name, s.Command)
	seen := make(map[string]bool)
	for i := range alerts {
		a := &alerts[i]
		if a.Workload.Container == s.Container() && !seen[a.ID] {
			seen[a.ID] = true
			tell.Alert(w, &a.Alert, &a.Workload)
			fmt.Fprintln(w)
		}
	}
	return len(seen)
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
