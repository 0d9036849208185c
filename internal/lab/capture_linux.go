package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/wiretap"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

const (
	// settled is how long no packet comes before a container's traffic is over,
	// settleWithin how long that is waited for.
	settled      = 300 * time.Millisecond
	settleWithin = 5 * time.Second
)

// Capture is a recording of scenarios: what containers ran, and what was sent.
type Capture struct {
	Packets   int64
	Workloads []Workload
	Outcomes  []Outcome // without alerts: nobody watched
}

// Capture runs scenarios one after another without a collector, and records
// what crosses the victim's links, the first snap bytes of each packet, as
// pcapng to w. A packet that could not be recorded is an error, and so is one
// byte that did not arrive.
func (l *Lab) Capture(ctx context.Context, scenarios []Scenario, snap int, w io.Writer) (*Capture, error) {
	tap, err := l.Tap(snap, w)
	if err != nil {
		return nil, err
	}
	c := &Capture{}
	var failed []error
	for _, s := range scenarios {
		failed = append(failed, l.captured(ctx, s, tap, c))
	}
	c.Packets, err = tap.Stop()
	c.Workloads = l.Workloads()
	return c, errors.Join(append(failed, err)...)
}

// Tap records what crosses the victim's links.
func (l *Lab) Tap(snap int, w io.Writer) (tap *wiretap.Wiretap, err error) {
	err = l.Network.Victim.Do(func() error {
		tap, err = wiretap.Start(network.Links(), snap, w)
		return err
	})
	return tap, err
}

// captured runs one scenario and waits for its last packets.
func (l *Lab) captured(ctx context.Context, s Scenario, tap *wiretap.Wiretap, c *Capture) error {
	o := Outcome{Scenario: s.Name, Benign: s.Benign, Container: s.Container(), Sent: s.Sent(l.Size), wants: s}
	if missing := l.Sinks.Missing[s.Needs]; missing != nil {
		o.Skipped = missing.Error()
		c.Outcomes = append(c.Outcomes, o)
		return nil
	}
	if err := l.Sinks.Reset(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, runWithin)
	defer cancel()
	r, err := l.Exec(ctx, s)
	o.id, o.Received = r.ID, l.Sinks.Received()
	if r.ExitCode == NotInstalled {
		o.Skipped, err = "a tool is not installed: "+strings.TrimSpace(r.Output), nil
	}
	if err == nil && o.Skipped == "" && o.Received != o.Sent {
		err = fmt.Errorf("%s: %d bytes sent, %d received", s.Name, o.Sent, o.Received)
	}
	if l.Engine.Socket() == "" {
		o.Container = tell.Short(r.ID) // nobody gave it a name
	}
	c.Outcomes = append(c.Outcomes, o)
	return errors.Join(err, settle(ctx, tap))
}

// settle waits until a container's last packets have come.
func settle(ctx context.Context, tap *wiretap.Wiretap) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	tick := time.NewTicker(settled / 10)
	defer tick.Stop()
	for tap.Quiet() < settled {
		select {
		case <-ctx.Done():
			return fmt.Errorf("packets after the container's end: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}
