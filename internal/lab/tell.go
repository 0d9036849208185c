package lab

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Tell says what one scenario did and what came out, for a person to read.
func Tell(w io.Writer, command string, o *Outcome) {
	fmt.Fprintf(w, "── %s: a container runs\n\n   %s\n\n", o.Scenario, strings.ReplaceAll(command, "\n", "\n   "))
	if o.First == nil {
		fmt.Fprintf(w, "   NO ALERT. %s%s\n\n", o.Skipped, o.Failed)
		return
	}
	tell.Alert(w, &o.First.Alert, &o.First.Workload)
	fmt.Fprintf(w, "   delay   %s; %s had left by then, %s in the end\n\n", o.when(), tell.Size(o.Gone), tell.Size(o.Bytes))
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
