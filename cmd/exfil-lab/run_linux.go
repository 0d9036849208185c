package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// here says why the lab cannot run on this machine.
func here() error {
	if os.Geteuid() != 0 {
		return errors.New("it needs root, to make network namespaces and to load eBPF programs")
	}
	return nil
}

func run(ctx context.Context, args []string) error {
	s := newSettings("run")
	names, err := s.parse(args)
	if err != nil {
		return err
	}
	scenarios, err := lab.Select(names)
	if err != nil {
		return err
	}
	outcomes, err := s.emulate(ctx, scenarios)
	if err != nil {
		return err
	}
	if err := lab.Table(os.Stdout, outcomes); err != nil {
		return err
	}
	return verdict(outcomes)
}

// emulate builds the lab, runs the scenarios in it and takes it down.
func (s *settings) emulate(ctx context.Context, scenarios []lab.Scenario) ([]lab.Outcome, error) {
	l, err := s.lab(ctx)
	if err != nil {
		return nil, err
	}
	outcomes, err := l.Run(ctx, s.collector, scenarios, func(done lab.Scenario) {
		fmt.Fprintln(os.Stderr, "ran", done.Name)
	})
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	if s.json == "" {
		return outcomes, nil
	}
	text, err := json.MarshalIndent(outcomes, "", "  ")
	if err != nil {
		return nil, err
	}
	return outcomes, os.WriteFile(s.json, append(text, '\n'), 0o644)
}

// lab builds the lab.
func (s *settings) lab(ctx context.Context) (*lab.Lab, error) {
	if err := here(); err != nil {
		return nil, err
	}
	o, err := s.options()
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "building the lab: namespaces, sinks, image, containers …")
	l, err := lab.New(ctx, o)
	if err == nil {
		fmt.Fprintln(os.Stderr, "containers by:", l.Engine.Name())
	}
	return l, err
}

// record writes the flow records of scenarios, for replay, to standard output.
func record(ctx context.Context, args []string) error {
	s := newSettings("record")
	names, err := s.parse(args)
	if err != nil {
		return err
	}
	scenarios, err := lab.Select(names)
	if err != nil {
		return err
	}
	l, err := s.lab(ctx)
	if err != nil {
		return err
	}
	return errors.Join(l.Record(ctx, s.collector, scenarios, os.Stdout), l.Close())
}

func (s *settings) options() (lab.Options, error) {
	self, err := os.Executable()
	return lab.Options{Program: self, Size: s.mib << 20, Download: s.download, NoDocker: s.noDocker}, err
}

// verdict is an error where an outcome is not as it must be.
func verdict(outcomes []lab.Outcome) error {
	var errs []error
	for _, o := range outcomes {
		for _, p := range o.Problems() {
			errs = append(errs, fmt.Errorf("%s: %s", o.Scenario, p))
		}
	}
	return errors.Join(errs...)
}
