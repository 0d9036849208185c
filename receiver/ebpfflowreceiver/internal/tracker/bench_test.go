package tracker_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// endless says the same events until they have been said often enough.
type endless struct {
	event.Source
	events []event.Event
	left   int
}

func (s *endless) Read(e *event.Event) error {
	if s.left == 0 {
		return s.Source.Read(e)
	}
	s.left--
	*e = s.events[s.left%len(s.events)]
	return nil
}

func (s *endless) Pending() bool { return s.left > 0 }

func benchmark(b *testing.B, events ...event.Event) {
	s := newScene(b)
	s.Emit = func(context.Context, plog.Logs, int) error { return nil }
	s.Now = time.Now
	if err := s.source.End(); err != nil {
		b.Fatal(err)
	}
	s.Source = &endless{Source: s.source, events: events, left: b.N}
	s.begin(b)
	b.ReportAllocs()
	b.ResetTimer()
	if err := s.tracker.Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// A report becomes a record; batches leave as usual.
func BenchmarkReport(b *testing.B) {
	benchmark(b, moved(socket(1, "203.0.113.10:80"), 1), moved(in(other, socket(2, "203.0.113.11:443")), 1))
}

func BenchmarkHTTPSample(b *testing.B) { benchmark(b, says(socket(1, "203.0.113.10:80"), get)) }

func BenchmarkClientHello(b *testing.B) {
	benchmark(b, says(socket(1, "203.0.113.10:443"), clientHello(b, "www.example")))
}

// An upload's head is a sample and a record.
func BenchmarkUploadHead(b *testing.B) { benchmark(b, says(socket(1, "203.0.113.10:80"), put)) }

// What the host itself sends costs little until the kernel has been told.
func BenchmarkHostFlow(b *testing.B) {
	benchmark(b, moved(in(system, socket(1, "203.0.113.10:80")), 1))
}
