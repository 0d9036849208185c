// Package collector runs the distribution as a user would, and reads what it
// says about the lab's containers.
package collector

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	// ready is what the collector logs when its pipelines run.
	ready       = "Everything is ready"
	startWithin = time.Minute
	stopWithin  = 15 * time.Second
	// mostLog is how much is told of what a collector wrote of itself, in bytes.
	mostLog = 16 << 10
)

// Collector is a running collector that the lab owns.
type Collector struct {
	cmd   *exec.Cmd
	ended chan error
	log   string
	out   string
	stop  context.CancelFunc
	tail  chan struct{}
}

// Start runs a collector and hands what it writes to on, one call at a time.
func Start(ctx context.Context, c Config, on Handler) (*Collector, error) {
	config := filepath.Join(c.Dir, "collector.yaml")
	if err := c.write(config); err != nil {
		return nil, err
	}
	run := &Collector{
		cmd:   exec.Command(c.Binary, "--config", config),
		ended: make(chan error, 1),
		log:   filepath.Join(c.Dir, "collector.log"),
		out:   c.output(),
		tail:  make(chan struct{}),
	}
	if err := run.start(); err != nil {
		return nil, err
	}
	if err := run.wait(ctx); err != nil {
		return nil, errors.Join(err, run.end())
	}
	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	run.stop = stop
	go func() {
		defer close(run.tail)
		Follow(follow, c.output(), on)
	}()
	return run, nil
}

func (c *Collector) start() error {
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer log.Close()
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.SysProcAttr = attributes()
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start the collector (make build makes it): %w", err)
	}
	go func() { c.ended <- c.cmd.Wait() }()
	return nil
}

// wait returns when the collector's pipelines run.
func (c *Collector) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if strings.Contains(c.Log(), ready) {
			return nil
		}
		select {
		case err := <-c.ended:
			c.ended <- err
			if reason := refusal(c.Log()); reason != "" {
				return &RefusedError{reason}
			}
			return fmt.Errorf("the collector ended: %w\n%s", err, c.Log())
		case <-ctx.Done():
			return fmt.Errorf("the collector is not ready: %w\n%s", ctx.Err(), c.Log())
		case <-tick.C:
		}
	}
}

// PID is the collector's process.
func (c *Collector) PID() int { return c.cmd.Process.Pid }

// Output is the file of OTLP JSON lines that the collector writes.
func (c *Collector) Output() string { return c.out }

// Log is the end of what the collector wrote of itself.
func (c *Collector) Log() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-mostLog):])
}

// Stop ends the collector, which flushes, and reads its last words.
func (c *Collector) Stop() error {
	err := c.end()
	c.stop()
	<-c.tail
	return err
}

// end asks the collector to stop, and kills it where it does not.
func (c *Collector) end() error {
	if c.cmd.Process.Signal(os.Interrupt) != nil {
		_ = c.cmd.Process.Kill() // ended already, or a system without signals
	}
	patience := time.NewTimer(stopWithin)
	defer patience.Stop()
	select {
	case err := <-c.ended:
		if err != nil {
			err = fmt.Errorf("the collector ended badly: %w\n%s", err, c.Log())
		}
		return err
	case <-patience.C:
		err := c.cmd.Process.Kill()
		<-c.ended
		return errors.Join(errors.New("the collector did not stop in time and was killed"), err)
	}
}
