//go:build linux && (amd64 || arm64)

package bpf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// Options say how the programs are loaded.
type Options struct {
	// Cgroup is the mount point of cgroup v2, where packets are watched.
	Cgroup string
	// RingBuffer is the size of the event buffer in bytes: a power of two, and
	// a multiple of the page size.
	RingBuffer uint32
}

// Source is the kernel side, loaded and attached.
type Source struct {
	collection *ebpf.Collection
	links      []link.Link
	iterators  map[string]*link.Iter // by program
	reader     *ringbuf.Reader
	record     ringbuf.Record
	peers      peerTable
}

var _ event.Source = (*Source)(nil)

// Open loads and attaches every probe. What fails is a *ProbeError.
func Open(o Options) (*Source, error) {
	collection, wanted, err := load(o)
	if err != nil {
		return nil, err
	}
	s := &Source{collection: collection, iterators: map[string]*link.Iter{}, peers: newPeerTable(collection.Maps["peers"])}
	if err := s.attach(o.Cgroup, wanted); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Source) attach(cgroup string, wanted []probe) error {
	reader, err := ringbuf.NewReader(s.collection.Maps["events"])
	if err != nil {
		return diagnose("events", err)
	}
	s.reader = reader
	for _, w := range sweepers {
		it, err := link.AttachIter(link.IterOptions{
			Program: s.collection.Programs[w.program], Map: s.collection.Maps[w.over]})
		if err != nil {
			return diagnose(w.program, err)
		}
		s.iterators[w.program] = it
	}
	for _, p := range wanted {
		l, err := p.attach(cgroup, s.collection.Programs[p.program])
		if err != nil {
			return diagnose(p.program, err)
		}
		s.links = append(s.links, l)
	}
	return nil
}

// Read waits for the next event; io.EOF after the last one before End.
func (s *Source) Read(e *event.Event) error {
	for {
		err := s.reader.ReadInto(&s.record)
		if errors.Is(err, ringbuf.ErrFlushed) || errors.Is(err, os.ErrClosed) {
			return io.EOF
		}
		if err != nil {
			return fmt.Errorf("read the ring buffer: %w", err)
		}
		if decode(s.record.RawSample, e) {
			return nil
		}
	}
}

// SetDeadline bounds Read's wait; the zero time lifts the bound.
func (s *Source) SetDeadline(t time.Time) { s.reader.SetDeadline(t) }

// Pending says that Read has something at once.
func (s *Source) Pending() bool { return s.reader.AvailableBytes() > 0 }

// Ignore stops the accounting of a cgroup's future sockets.
func (s *Source) Ignore(cgroup uint64) error {
	return s.collection.Maps["ignored"].Put(cgroup, uint8(1))
}

// Forget ends Ignore for a cgroup that is gone.
func (s *Source) Forget(cgroup uint64) {
	_ = s.collection.Maps["ignored"].Delete(cgroup) // most were never in it
}

// Detach stops the accounting; what is counted can still be swept.
func (s *Source) Detach() error {
	var errs []error
	for _, l := range s.links {
		errs = append(errs, l.Close())
	}
	s.links = nil
	return errors.Join(errs...)
}

// End has Read return io.EOF behind what is left.
func (s *Source) End() error { return s.reader.Flush() }

// Close frees everything. Nobody may be reading.
func (s *Source) Close() error {
	errs := []error{s.Detach()}
	for _, it := range s.iterators {
		errs = append(errs, it.Close())
	}
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	s.collection.Close()
	return errors.Join(errs...)
}
