package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

// recordedPackets are those of a real run of the demonstrated scenarios, cut to 400
// bytes each, and recordedWorkloads says whose they are; exfil-lab capture writes both.
//
//go:embed testdata/lab.pcapng.zst
var recordedPackets []byte

//go:embed testdata/lab.workloads.yaml
var recordedWorkloads []byte

func replay(ctx context.Context, args []string) error {
	s := newSettings("replay")
	if _, err := s.parse(args); err != nil {
		return err
	}
	return s.replay(ctx)
}

// replay has a collector read the recorded packets and tells the alerts. It
// needs no privilege.
func (s *settings) replay(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "exfil-replay-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c := collector.Config{
		Binary: s.collector, Dir: dir, Quiet: time.Minute,
		Capture: filepath.Join(dir, "lab.pcapng.zst"), Workloads: filepath.Join(dir, "lab.workloads.yaml"),
	}
	if err := errors.Join(
		os.WriteFile(c.Capture, recordedPackets, 0o600),
		os.WriteFile(c.Workloads, recordedWorkloads, 0o600),
	); err != nil {
		return err
	}
	var alerts []collector.Alert
	var failed []error
	if err := collector.Replay(ctx, c, collector.Handler{
		Alert: func(a collector.Alert) { alerts = append(alerts, a) },
		Error: func(err error) { failed = append(failed, err) },
	}); err != nil {
		return err
	}
	scenarios, err := lab.Select(demonstrated())
	if err != nil {
		return err
	}
	for _, s := range scenarios {
		if n := lab.TellRecorded(os.Stdout, s, alerts); n != 1 {
			failed = append(failed, fmt.Errorf("%s: %d alerts instead of one", s.Name, n))
		}
	}
	return errors.Join(failed...)
}
