// Package eventtest stands in for the kernel in tests.
package eventtest

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// Source says what a test has it say. Like the real one it reuses a sample's
// memory. The zero value is not usable: call NewSource.
type Source struct {
	// OnSweep is called by Sweep, and may Send.
	OnSweep func() error
	// OnCollect is called by Collect, and may Send.
	OnCollect func() (more bool, err error)
	// EndErr is what End answers.
	EndErr error

	events   chan event.Event
	failures chan error
	ended    chan struct{}
	end      sync.Once
	deadline time.Time
	payload  []byte

	mu        sync.Mutex
	losses    event.Losses
	ignored   []uint64
	forgotten []uint64
	closed    bool
}

var _ event.Source = (*Source)(nil)

// NewSource returns a source that first says the given events.
func NewSource(events ...event.Event) *Source {
	s := &Source{
		events:   make(chan event.Event, len(events)+1024),
		failures: make(chan error, 1),
		ended:    make(chan struct{}),
	}
	s.Send(events...)
	return s
}

// Send adds events.
func (s *Source) Send(events ...event.Event) {
	for _, e := range events {
		s.events <- e
	}
}

// Fail has Read return the error once.
func (s *Source) Fail(err error) { s.failures <- err }

// Read implements event.Source.
func (s *Source) Read(e *event.Event) error {
	select {
	case next := <-s.events:
		s.fill(e, next)
		return nil
	default:
	}
	select {
	case next := <-s.events:
		s.fill(e, next)
		return nil
	case err := <-s.failures:
		return err
	case <-s.ended:
		return s.last(e)
	case <-s.timeout():
		return os.ErrDeadlineExceeded
	}
}

// last drains what came before the end.
func (s *Source) last(e *event.Event) error {
	select {
	case next := <-s.events:
		s.fill(e, next)
		return nil
	default:
		return io.EOF
	}
}

func (s *Source) fill(e *event.Event, next event.Event) {
	clear(s.payload)
	s.payload = append(s.payload[:0], next.Sample.Payload...)
	next.Sample.Payload = s.payload
	*e = next
}

func (s *Source) timeout() <-chan time.Time {
	if s.deadline.IsZero() {
		return nil
	}
	return time.After(time.Until(s.deadline))
}

// SetDeadline implements event.Source.
func (s *Source) SetDeadline(t time.Time) { s.deadline = t }

// Pending implements event.Source.
func (s *Source) Pending() bool { return len(s.events) > 0 }

// Detach implements event.Source.
func (s *Source) Detach() error { return nil }

// Collect implements event.Source.
func (s *Source) Collect() (bool, error) {
	if s.OnCollect == nil {
		return false, nil
	}
	return s.OnCollect()
}

// Sweep implements event.Source.
func (s *Source) Sweep() error {
	if s.OnSweep == nil {
		return nil
	}
	return s.OnSweep()
}

// Lose sets the loss counters.
func (s *Source) Lose(l event.Losses) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.losses = l
}

// Losses implements event.Source.
func (s *Source) Losses() (event.Losses, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.losses, nil
}

// Ignore implements event.Source.
func (s *Source) Ignore(cgroup uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignored = append(s.ignored, cgroup)
	return nil
}

// Forget implements event.Source.
func (s *Source) Forget(cgroup uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten = append(s.forgotten, cgroup)
}

// Ignored are the cgroups that were to be ignored, in order.
func (s *Source) Ignored() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ignored
}

// Forgotten are the cgroups that were forgotten, in order.
func (s *Source) Forgotten() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forgotten
}

// End implements event.Source.
func (s *Source) End() error {
	s.end.Do(func() { close(s.ended) })
	return s.EndErr
}

// Close implements event.Source.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Closed says that Close was called.
func (s *Source) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}
