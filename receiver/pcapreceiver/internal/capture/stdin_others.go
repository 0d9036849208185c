//go:build !unix

package capture

import (
	"os"
	"sync/atomic"
)

// interruptible reads a file and leaves it open. A Read that waits for input is not
// interrupted here.
type interruptible struct {
	file   *os.File
	closed atomic.Bool
}

func newInterruptible(file *os.File) (*interruptible, error) {
	return &interruptible{file: file}, nil
}

// Read reads unless closed.
func (r *interruptible) Read(p []byte) (int, error) {
	if r.closed.Load() {
		return 0, os.ErrClosed
	}
	return r.file.Read(p)
}

// Close ends the reading.
func (r *interruptible) Close() error {
	r.closed.Store(true)
	return nil
}
