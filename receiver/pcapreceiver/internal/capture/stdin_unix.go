//go:build unix

package capture

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// interruptible reads a file that may be a terminal or a pipe in blocking mode, which
// closing it does not interrupt. It leaves the file open.
type interruptible struct {
	file *os.File
	// wake is readable once signal, the pipe's other end, is closed.
	wake, signal *os.File

	mu     sync.Mutex // of a Read
	closed bool
}

func newInterruptible(file *os.File) (*interruptible, error) {
	wake, signal, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &interruptible{file: file, wake: wake, signal: signal}, nil
}

// Read waits for input or Close.
func (r *interruptible) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, os.ErrClosed
	}
	ready := []unix.PollFd{
		{Fd: int32(r.file.Fd()), Events: unix.POLLIN},
		{Fd: int32(r.wake.Fd()), Events: unix.POLLIN},
	}
	for {
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return 0, err
		}
		switch {
		case ready[1].Revents != 0:
			return 0, os.ErrClosed
		case ready[0].Revents != 0:
			return r.file.Read(p)
		}
	}
}

// Close ends a Read that waits. It is called once.
func (r *interruptible) Close() error {
	err := r.signal.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return errors.Join(err, r.wake.Close())
}
