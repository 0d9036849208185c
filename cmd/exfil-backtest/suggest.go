package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// suggest prints the allowance that would silence each incident.
func suggest(ctx context.Context, std *console, args []string) error {
	flags := flag.NewFlagSet("suggest", flag.ContinueOnError)
	flags.SetOutput(std.err)
	id := flags.String("id", "", "only the incident with this `exfil.alert.id`")
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
	var groups []*group
	byKey := make(map[string]*group) // bounded as the incidents are
	for _, i := range incidents {
		if id != "" && i.Last.ID != id {
			continue
		}
		key, err := alike(i)
		if err != nil {
			return err
		}
		if byKey[key] == nil {
			byKey[key] = &group{}
			groups = append(groups, byKey[key])
		}
		byKey[key].add(i)
	}
	for _, g := range groups {
		if err := g.write(std.out); err != nil {
			return err
		}
	}
	switch {
	case len(groups) > 0:
		return nil
	case id != "":
		return fmt.Errorf("-id: no alert %q in the input", id)
	}
	fmt.Fprintln(std.err, "no alerts in the input")
	return nil
}

// group is incidents that one allowance silences: they differ in size and time.
type group struct {
	largest *backtest.Incident
	latest  int64 // the last time that any was seen
	ids     []string
}

func (g *group) add(i *backtest.Incident) {
	if g.largest == nil || i.Last.Bytes > g.largest.Last.Bytes {
		g.largest = i
	}
	g.latest = max(g.latest, i.Last.LastSeen, i.Last.Time)
	g.ids = append(g.ids, i.Last.ID)
}

// write writes the entry of the list, below a comment that says what it is about.
func (g *group) write(w io.Writer) error {
	last := g.largest.Last
	last.LastSeen = g.latest
	text, err := allowance(g.largest, &last)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "# %s %s: %s, %s to %s, %s\n", strings.ToUpper(g.largest.Severity.String()), tell.Rule(&last),
		g.largest.Workload, tell.Size(last.Bytes), tell.Destination(last.Destination), tell.Time(last.FirstSeen))
	if n := len(g.ids) - 1; n > 0 {
		fmt.Fprintf(w, "# and %d more like it\n", n)
	}
	for _, id := range g.ids[:min(len(g.ids), maxNamed)] {
		fmt.Fprintf(w, "# alert %s\n", tell.Clean(id))
	}
	_, err = w.Write(text)
	return err
}

// maxNamed is how many alerts a suggestion names.
const maxNamed = 5

// alike is the allowance of an incident of no size and time: incidents with the same
// one need one allowance.
func alike(i *backtest.Incident) (string, error) {
	last := i.Last
	last.Bytes, last.Time, last.LastSeen = 0, 0, 0
	last.Evidence = slices.Clone(last.Evidence)
	for n := range last.Evidence {
		last.Evidence[n].Observed = 0
	}
	text, err := allowance(i, &last)
	return string(text), err
}

func allowance(i *backtest.Incident, a *alert.Alert) ([]byte, error) {
	res := pcommon.NewResource()
	i.Resource.Encode(res)
	return exfilprocessor.SuggestAllowance(res, a)
}
