package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// recorded are the flow records of a real run of http_put and ftp_put, as OTLP
// JSON lines; exfil-lab record writes them.
//
//go:embed testdata/flows.jsonl
var recorded []byte

// replayWithin bounds the wait for the alerts of a replay.
const replayWithin = 20 * time.Second

func replay(ctx context.Context, args []string) error {
	s := newSettings("replay")
	if _, err := s.parse(args); err != nil {
		return err
	}
	return s.replay(ctx)
}

// replay posts the recorded flows to a collector on loopback and tells the
// alerts. It needs no privilege.
func (s *settings) replay(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "exfil-replay-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	addr, err := collector.Loopback()
	if err != nil {
		return err
	}
	const want = 2
	alerts, failed := make(chan collector.Alert, 100), make(chan error, 100)
	c, err := collector.Start(ctx, collector.Config{Binary: s.collector, Dir: dir, Listen: addr, Quiet: time.Minute},
		collector.Handler{
			Alert: func(a collector.Alert) { alerts <- a },
			Error: func(err error) { failed <- err },
		})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	if err := collector.Post(ctx, addr, recorded); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, replayWithin)
	defer cancel()
	seen := make(map[string]bool)
	for len(seen) < want {
		select {
		case a := <-alerts:
			if !seen[a.ID] {
				seen[a.ID] = true
				tell.Alert(os.Stdout, &a.Alert, &a.Workload)
				fmt.Println()
			}
		case err := <-failed:
			return err
		case <-ctx.Done():
			return fmt.Errorf("%d alerts instead of %d: %w", len(seen), want, ctx.Err())
		}
	}
	return nil
}
