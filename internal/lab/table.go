package lab

import (
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// Table prints outcomes, a line each.
func Table(w io.Writer, outcomes []Outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SCENARIO\tSENT\tALERT\tRULE\tTECHNIQUES\tDESTINATION\tPROCESS\tCONTAINER\tBYTES\tDELAY\tGONE BEFORE\t")
	for i := range outcomes {
		fmt.Fprintln(t, outcomes[i].row())
	}
	return t.Flush()
}

func (o *Outcome) row() string {
	verdict := ""
	if len(o.Problems()) > 0 {
		verdict = "✗"
	}
	if o.Skipped != "" {
		return fmt.Sprintf("%s\tnot run: %s", o.Scenario, o.Skipped)
	}
	if o.First == nil {
		return strings.Join([]string{o.Scenario, tell.Size(o.Sent), "none", "", "", "", "", "", "", "", "", verdict}, "\t")
	}
	return strings.Join([]string{
		o.Scenario, tell.Size(o.Sent), fmt.Sprint(o.Alerts), o.Rule, strings.Join(o.Techniques, ","), o.Destination,
		path.Base(o.Process), o.Named, fmt.Sprintf("%s (%+.2f %%)", tell.Size(o.Bytes), float64(o.Bytes-o.Sent)/float64(max(o.Sent, 1))*100),
		o.Delay.Round(time.Millisecond).String(), tell.Size(o.Gone), verdict,
	}, "\t")
}
