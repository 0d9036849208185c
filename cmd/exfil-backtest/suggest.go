package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// suggest prints the allowance that would silence each incident.
func suggest(ctx context.Context, std *console, args []string) error {
	flags := flag.NewFlagSet("suggest", flag.ContinueOnError)
	flags.SetOutput(std.err)
	id := flags.String("id", "", "only of the incident with this `exfil.alert.id`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("no alerts: name files, a directory, or - for standard input")
	}
	inputs, err := recording.Inputs(flags.Args(), std.in)
	if err != nil {
		return err
	}
	alerts, err := backtest.ReadAlerts(ctx, inputs)
	if err != nil {
		return err
	}
	backtest.WriteRejected(std.err, alerts.Read)
	if alerts.Broken > 0 {
		fmt.Fprintf(std.err, "rejected  %d alert records that are none, first: %v\n", alerts.Broken, alerts.Err)
	}
	if err := readable(alerts.Read); err != nil {
		return err
	}
	return suggestions(std, alerts.Incidents, *id)
}

func suggestions(std *console, incidents []*backtest.Incident, id string) error {
	found := false
	for _, i := range incidents {
		if id != "" && i.Last.ID != id {
			continue
		}
		found = true
		if err := suggestion(std.out, i); err != nil {
			return err
		}
	}
	switch {
	case found:
		return nil
	case id != "":
		return fmt.Errorf("-id: no alert %q in the input", id)
	}
	fmt.Fprintln(std.err, "no alerts in the input")
	return nil
}

// suggestion is one entry of the list, below a comment that says what it is about.
func suggestion(w io.Writer, i *backtest.Incident) error {
	res := pcommon.NewResource()
	i.Resource.Encode(res)
	text, err := exfilprocessor.SuggestAllowance(res, &i.Last)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "# %s %s, %s to %s, %s, alert %s\n", strings.ToUpper(i.Severity.String()), tell.Rule(&i.Last),
		tell.Size(i.Last.Bytes), tell.Destination(i.Last.Destination), tell.Time(i.Last.FirstSeen), tell.Clean(i.Last.ID))
	_, err = w.Write(text)
	return err
}
