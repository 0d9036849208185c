// Package recording reads recorded OTLP log records as fast as they can be
// decoded, in order: what the collector's file exporter writes in any of its
// forms, and the same compressed as a whole.
//
// A recording may end in mid-record, be damaged or hold something else. What
// cannot be read is counted, with the first place of its kind, and the rest goes
// on.
package recording

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/plog"
)

const (
	// maxMessage bounds one request in bytes, compressed and not: what the file
	// exporter writes in one piece is far smaller.
	maxMessage = 64 << 20
	// maxKept is the largest buffer that is used again, in bytes.
	maxKept = 1 << 20
)

// Batch is one request of a recording.
type Batch struct {
	Logs    plog.Logs
	Records int
	// First and Last are the earliest and the latest time that a record of the
	// batch gives, ns since the epoch; zero where none gives any.
	First, Last int64
}

// Place is where a message is in its input.
type Place struct {
	Input  string
	Number int64 // of the line or frame, from 1
	Frame  bool  // length-prefixed, not a line
}

// String is file:line, as compilers have it.
func (p Place) String() string {
	if p.Frame {
		return fmt.Sprintf("%s: frame %d", p.Input, p.Number)
	}
	return fmt.Sprintf("%s:%d", p.Input, p.Number)
}

// Reason says why something in a recording could not be used.
type Reason uint8

// The reasons.
const (
	NotOTLP   Reason = iota // a line or frame that does not parse
	Truncated               // the input ends in mid-record
	TooLong                 // a message of more than 64 MiB
	Damaged                 // compression or framing: the rest of the file is lost
	reasons
)

// String is the reason in words.
func (r Reason) String() string {
	switch r {
	case NotOTLP:
		return "not OTLP"
	case Truncated:
		return "cut off"
	case TooLong:
		return "too long"
	case Damaged:
		return "damaged, the rest of the file not read"
	default:
		return "unknown"
	}
}

// Rejection counts what could not be used for one reason.
type Rejection struct {
	Reason Reason
	Count  int64
	First  Place
	Err    error // of the first
}

// Stats are what was read.
type Stats struct {
	Inputs   int
	Bytes    int64 // as stored, before decompression
	Messages int64 // requests decoded
	Empty    int64 // of those without a log record, such as metrics
	Records  int64 // log records decoded
	// First and Last are the earliest and the latest time that a record gives.
	First, Last int64

	rejected [reasons]Rejection
}

// Rejected are the rejections that happened, by reason.
func (s *Stats) Rejected() []Rejection {
	var list []Rejection
	for _, r := range s.rejected {
		if r.Count > 0 {
			list = append(list, r)
		}
	}
	return list
}

func (s *Stats) reject(at Place, p *problem) {
	r := &s.rejected[p.reason]
	if r.Count == 0 {
		*r = Rejection{Reason: p.reason, First: at, Err: p.err}
	}
	r.Count++
}

func (s *Stats) take(b *Batch) {
	s.Messages++
	s.Records += int64(b.Records)
	if b.Records == 0 {
		s.Empty++
	}
	if b.First != 0 && (s.First == 0 || b.First < s.First) {
		s.First = b.First
	}
	s.Last = max(s.Last, b.Last)
}

// problem is what is wrong with one message, or with the rest of an input.
type problem struct {
	reason Reason
	err    error
}

func (p *problem) Error() string { return fmt.Sprintf("%s: %v", p.reason, p.err) }

func (p *problem) Unwrap() error { return p.err }
