package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

// demonstrated are the scenarios of the demonstration: the ADS's own validations.
func demonstrated() []string { return []string{"http_put", "ftp_put"} }

// demo steals a file in the ADS's two ways and shows what a person on call
// would read. Where the lab cannot run it says so, and replays.
func demo(ctx context.Context, args []string) error {
	s := newSettings("demo")
	if _, err := s.parse(args); err != nil {
		return err
	}
	if err := here(); err != nil {
		return s.instead(ctx, err)
	}
	scenarios, err := lab.Select(demonstrated())
	if err != nil {
		return err
	}
	outcomes, err := s.emulate(ctx, scenarios)
	var refused *collector.RefusedError
	if errors.As(err, &refused) {
		return s.instead(ctx, refused)
	}
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		lab.Tell(os.Stdout, scenarios[i].Command, &o)
	}
	return verdict(outcomes)
}

// instead replays the recording, and says why.
func (s *settings) instead(ctx context.Context, why error) error {
	fmt.Printf("The lab cannot be watched here: %v.\nInstead, the same collector reads the packets that an earlier run of the lab sent.\n\n", why)
	return s.replay(ctx)
}
