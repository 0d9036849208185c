package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

func list(context.Context, []string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, s := range lab.Scenarios() {
		technique := s.Technique
		if s.Benign {
			technique = "benign"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, technique, s.Summary)
	}
	return w.Flush()
}
