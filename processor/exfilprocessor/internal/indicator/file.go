package indicator

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Reload is what became of a list that changed.
type Reload struct {
	Path string
	// Err is a *FileError. What was last read of the file stays, if anything was.
	Err error

	Format Format
	// Entries are the distinct values held.
	Entries int
	// PassedOver counts what was understood but is of no use here: of a STIX
	// pattern, what needs more than an address or a name; a machine's own names in
	// a hosts file.
	PassedOver int
	// Malformed counts lines, or objects of a bundle; FirstMalformed is the number
	// of the first one, from 1.
	Malformed, FirstMalformed int
}

// file is a list on disk and what was last read of it.
type file struct {
	path   string
	limits limits
	good   *index      // nil until it was read once
	stamp  fs.FileInfo // of the content last looked at; nil: look again
	failed string      // the failure to get at the content that was last reported
}

// check reads the file if it changed. It keeps what it has if that fails. News is
// false where there is nothing to tell.
func (f *file) check() (result Reload, news bool) {
	info, err := os.Stat(f.path)
	if err == nil && !f.changed(info) {
		return Reload{}, false
	}
	f.stamp = nil
	var x *index
	if err == nil {
		x, err = f.load(info)
	}
	if err == nil {
		f.good, f.failed = x, ""
		return x.report(f.path), true
	}
	result = Reload{Path: f.path, Err: &FileError{Path: f.path, Err: err}}
	if f.good != nil {
		result.Entries = f.good.tally.entries
	}
	// A file that cannot be got at is tried every time, and told of once.
	repeated := f.stamp == nil && f.failed == err.Error()
	f.failed = err.Error()
	return result, !repeated
}

// changed says whether this is another file or another content than before.
func (f *file) changed(now fs.FileInfo) bool {
	return f.stamp == nil || !os.SameFile(f.stamp, now) ||
		!f.stamp.ModTime().Equal(now.ModTime()) || f.stamp.Size() != now.Size()
}

func (f *file) load(info fs.FileInfo) (*index, error) {
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular // opening a pipe would wait for its writer
	}
	r, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The stamp is of before the content is read: a change meanwhile shows at the
	// next check.
	if info, err = r.Stat(); err != nil {
		return nil, err
	}
	if info.Size() > f.limits.bytes {
		f.stamp = info
		return nil, tooLarge(f.limits)
	}
	x, err := parse(r, filepath.Base(f.path), f.limits)
	if unread := (*fs.PathError)(nil); !errors.As(err, &unread) {
		f.stamp = info
	}
	return x, err
}

// parse reads a whole list.
func parse(r io.Reader, name string, l limits) (*index, error) {
	b := newBuilder(l)
	bounded := &io.LimitedReader{R: r, N: l.bytes + 1}
	err := readAll(bounded, name, b)
	if bounded.N == 0 {
		return nil, tooLarge(l) // it grew while it was read
	}
	if err != nil {
		return nil, err
	}
	if b.tally.entries == 0 && b.tally.bad > 0 {
		return nil, &MalformedError{Format: b.format, Malformed: b.tally.bad, First: b.tally.firstBad}
	}
	return b.build(name), nil
}

func tooLarge(l limits) error {
	return &LimitError{What: "file size", Max: l.bytes, Unit: "bytes"}
}

func (x *index) report(path string) Reload {
	return Reload{
		Path:           path,
		Format:         x.format,
		Entries:        x.tally.entries,
		PassedOver:     x.tally.passed,
		Malformed:      x.tally.bad,
		FirstMalformed: x.tally.firstBad,
	}
}
