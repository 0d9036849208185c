package indicator

import (
	"errors"
	"fmt"
)

// Why a file is not taken. They come wrapped in a FileError.
var (
	// ErrEmpty: a file without any content, as a failed download leaves behind.
	// A list that is empty on purpose holds a comment.
	ErrEmpty = errors.New("the file is empty")
	// ErrNotRegular: a directory, pipe or device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrMarkup: a page, as a failed download leaves behind.
	ErrMarkup = errors.New("the file is HTML or XML")
	// ErrNotBundle: JSON that is not a STIX bundle.
	ErrNotBundle = errors.New(`not a STIX bundle: "type" is not "bundle"`)
)

// FileError says which file is not taken. What was last read from it stays.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("indicator file %q: %v", e.Path, e.Err) }

// Unwrap gives the reason.
func (e *FileError) Unwrap() error { return e.Err }

// LimitError is a list that is larger than what is held.
type LimitError struct {
	// What is too large: file size, entries, line length.
	What string
	Max  int64
	// Unit of Max: bytes, or empty for a number of things.
	Unit string
	// Line is where, or 0.
	Line int
}

func (e *LimitError) Error() string {
	text := fmt.Sprintf("%s: more than %d", e.What, e.Max)
	if e.Unit != "" {
		text += " " + e.Unit
	}
	if e.Line > 0 {
		text = fmt.Sprintf("line %d: %s", e.Line, text)
	}
	return text
}

// MalformedError is a file of which nothing could be read.
type MalformedError struct {
	Format Format
	// Malformed is how many lines, or objects of a bundle, were of no use; First
	// is the number of the first one, from 1.
	Malformed, First int
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("no indicator in it: %d malformed, the first is %s %d, read as %s",
		e.Malformed, e.Format.unit(), e.First, e.Format)
}
