package capture

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// queue gives the files to read, one after the other.
type queue interface {
	// next gives io.EOF after the last, and os.ErrClosed once the source is closed.
	next() (path string, err error)
	// follow gives a reader of an opened file that goes on as the file grows, or the file.
	follow(path string, file *os.File) io.Reader
	// finish says that path was read as far as it will be; first is its first packet's
	// time, 0 if it has none.
	finish(path string, first int64)
}

// files is a source of captures, one after the other.
type files struct {
	queue   queue
	problem func(error)
	buffer  []byte

	// Of Next alone.
	current *input
	path    string
	last    int64

	closed atomic.Bool
	done   chan struct{} // closed by Close
	mu     sync.Mutex
	opened io.Closer // what current reads; Close may take it
}

func newFiles(o Options, q queue) *files {
	return &files{
		queue: q, problem: o.Problem,
		buffer: make([]byte, windowSize), done: make(chan struct{}),
	}
}

// Next gives the next frame of the current file, or of the first readable one after it.
func (s *files) Next(f *Frame) error {
	for {
		if s.closed.Load() {
			s.leave()
			return os.ErrClosed
		}
		if s.current == nil {
			if err := s.advance(); err != nil {
				return err
			}
			continue
		}
		err := s.current.next(f)
		if err == nil {
			return nil
		}
		if s.closed.Load() {
			continue // what a closed file says is no problem
		}
		if !errors.Is(err, io.EOF) {
			s.problem(err)
		}
		s.leave()
	}
}

// advance opens the queue's next file; current is nil if that cannot be read.
func (s *files) advance() error {
	path, err := s.queue.next()
	if err != nil {
		return err
	}
	if err := s.open(path); err != nil && !s.closed.Load() {
		s.problem(err)
	}
	return nil
}

func (s *files) open(path string) error {
	source, closer, err := s.source(path)
	if err != nil {
		return err
	}
	if !s.hold(closer) {
		return os.ErrClosed
	}
	s.path = path
	in, err := newInput(path, source, s.buffer, s.last)
	if err != nil {
		s.drop(0)
		return err
	}
	s.current = in
	return nil
}

func (s *files) source(path string) (io.Reader, io.Closer, error) {
	if path == standardInput {
		r, err := newInterruptible(os.Stdin)
		return r, r, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return s.queue.follow(path, file), file, nil
}

// hold makes opened what Close closes; false if that was called.
func (s *files) hold(opened io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		_ = opened.Close()
		return false
	}
	s.opened = opened
	return true
}

// leave ends the current input.
func (s *files) leave() {
	if s.current == nil {
		return
	}
	if err := s.current.close(); err != nil && !s.closed.Load() {
		s.problem(err)
	}
	s.last = s.current.last
	first := s.current.first
	s.current = nil
	s.drop(first)
}

func (s *files) drop(first int64) {
	s.mu.Lock()
	opened := s.opened
	s.opened = nil
	s.mu.Unlock()
	if opened != nil {
		s.queue.finish(s.path, first)
		_ = opened.Close()
	}
}

// Close ends a Next that waits.
func (s *files) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	close(s.done)
	if s.opened != nil {
		_ = s.opened.Close() // it was only read
		s.opened = nil
	}
	return nil
}

// list is a queue of what was there at the beginning.
type list struct{ paths []string }

func (l *list) next() (string, error) {
	if len(l.paths) == 0 {
		return "", io.EOF
	}
	path := l.paths[0]
	l.paths = l.paths[1:]
	return path, nil
}

func (l *list) follow(_ string, file *os.File) io.Reader { return file }

func (l *list) finish(string, int64) {}
