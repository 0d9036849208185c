package capture

import "fmt"

// TruncatedError is a capture that ends within a record: its writer was killed, the
// disk was full, or a copy was cut short. What came before counts.
type TruncatedError struct {
	Input string
	// Packets is how many were read before the end.
	Packets int
	// Offset is where the incomplete record begins, in bytes of the uncompressed capture.
	Offset int64
}

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("%s: ends within a record at byte %d, after %d packets", e.Input, e.Offset, e.Packets)
}

// FormatError is what is no capture, or not a readable one from some place on.
type FormatError struct {
	Input string
	// Packets is how many were read before.
	Packets int
	// Offset is where the trouble is, in bytes of the uncompressed capture.
	Offset int64
	Reason string
	// Err is what a decompressor or the file system said; may be nil.
	Err error
}

func (e *FormatError) Error() string {
	text := fmt.Sprintf("%s: %s (at byte %d, after %d packets)", e.Input, e.Reason, e.Offset, e.Packets)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *FormatError) Unwrap() error { return e.Err }

// TimeError is a capture with frames that carry no time between 1980 and 2262; they
// were given their predecessors' times.
type TimeError struct {
	Input   string
	Packets int
}

func (e *TimeError) Error() string {
	return fmt.Sprintf("%s: %d packets without a usable time, each taken at its predecessor's", e.Input, e.Packets)
}

// reject is a FormatError whose place the input knows.
func reject(format string, args ...any) error {
	return &FormatError{Reason: fmt.Sprintf(format, args...)}
}
