package capture

import (
	"io"
	"os"
)

// tail reads a file that may still be written: at its end it waits for more, until a
// newer file exists, or the name is gone or names another capture.
type tail struct {
	path   string
	file   *os.File
	queue  *following
	offset int64
	last   bool
}

// Read gives io.EOF when nothing more will come.
func (t *tail) Read(p []byte) (int, error) {
	for {
		n, err := t.file.Read(p)
		if n > 0 {
			t.offset += int64(n)
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		if t.last {
			return 0, io.EOF
		}
		if t.replaced() || t.queue.newer() {
			t.last = true // after once more, for what was written just before
			continue
		}
		if err := t.queue.wait(); err != nil {
			return 0, err
		}
	}
}

// replaced says whether nobody writes here any more, under this name.
func (t *tail) replaced() bool {
	mine, err := t.file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(t.path)
	if err != nil {
		return true
	}
	if !os.SameFile(mine, now) || mine.Size() < t.offset {
		t.queue.again = true
		return true
	}
	return false
}
