// Package scenario reads and writes the small text form in which the processor's
// scenario tests say what goes in and what comes out. testdata/README.md
// describes it.
package scenario

import (
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

// Base is the time that +0s stands for.
var Base = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Step is what happens next: records arrive together, or time passes without.
type Step struct {
	// Wall is the wall clock's time of the step.
	Wall time.Time
	// Logs are the records that arrive; a step without records is a tick.
	Logs plog.Logs
	Tick bool
}

// Parse reads the records of a scenario. Lines without a blank line between them
// arrive together. Lines that begin with # are comments.
func Parse(text string) ([]Step, error) {
	p := parser{}
	for number, line := range strings.Split(text, "\n") {
		if err := p.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	p.flush()
	return p.steps, nil
}

type parser struct {
	steps []Step
	wall  time.Time
	batch plog.Logs
	some  bool // the batch has records
}

func (p *parser) line(line string) error {
	fields := strings.Fields(line)
	switch {
	case line == "":
		p.flush()
		return nil
	case strings.HasPrefix(line, "#"):
		return nil
	case fields[0] == "tick":
		p.flush()
		return p.tick(fields[1:])
	}
	return p.record(fields)
}

func (p *parser) tick(fields []string) error {
	if len(fields) != 1 {
		return fmt.Errorf("tick takes a time: tick +20m")
	}
	at, err := moment(fields[0])
	if err != nil {
		return err
	}
	p.wall = later(p.wall, at)
	p.steps = append(p.steps, Step{Wall: p.wall, Tick: true})
	return nil
}

// record adds a line's records to the batch. The wall clock follows them, unless
// they are marked as ahead of it.
func (p *parser) record(fields []string) error {
	r, err := parseRecord(fields)
	if err != nil {
		return err
	}
	if !p.some {
		p.batch, p.some = plog.NewLogs(), true
	}
	if !r.ahead {
		p.wall = later(p.wall, r.at.Add(time.Duration(r.repeat-1)*r.every))
	}
	return r.appendTo(p.batch)
}

func (p *parser) flush() {
	if p.some {
		p.steps = append(p.steps, Step{Wall: p.wall, Logs: p.batch})
		p.some = false
	}
}

// moment reads +1s and its like.
func moment(text string) (time.Time, error) {
	after, ok := strings.CutPrefix(text, "+")
	if !ok {
		return time.Time{}, fmt.Errorf("%q is not a time like +1s", text)
	}
	d, err := time.ParseDuration(after)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time like +1s", text)
	}
	return Base.Add(d), nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
