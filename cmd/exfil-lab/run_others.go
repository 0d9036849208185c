//go:build !linux

package main

import (
	"context"
	"errors"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// here says why the lab cannot run on this machine.
func here() error {
	return errors.New("it needs Linux: containers, network namespaces and eBPF")
}

func run(context.Context, []string) error { return here() }

func capture(context.Context, []string) error { return here() }

func record(context.Context, []string) error { return here() }

func (s *settings) emulate(context.Context, []lab.Scenario) ([]lab.Outcome, error) {
	return nil, here()
}

func verdict([]lab.Outcome) error { return nil }
