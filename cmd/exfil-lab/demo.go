package main

import (
	"context"
	"fmt"
	"os"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// demo steals a file in the ADS's two ways and shows what a person on call
// would read. Where the lab cannot run it says so, and replays.
func demo(ctx context.Context, args []string) error {
	s := newSettings("demo")
	if _, err := s.parse(args); err != nil {
		return err
	}
	if err := here(); err != nil {
		fmt.Printf("The lab cannot run here: %v.\nReplaying flow records of a recorded run through the same collector instead.\n\n", err)
		return s.replay(ctx)
	}
	scenarios, err := lab.Select([]string{"http_put", "ftp_put"})
	if err != nil {
		return err
	}
	outcomes, err := s.emulate(ctx, scenarios)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		lab.Tell(os.Stdout, scenarios[i].Command, &o)
	}
	return verdict(outcomes)
}
