package incident

import (
	"math"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

// Finding is a rule's evidence, and what an incident needs beside it.
type Finding struct {
	alert.Finding

	// Action says what the workload does, to be followed by "to" and the
	// destination: is uploading 20.0 MiB by HTTP PUT.
	Action string
	// Reason says why that is unusual, without a full stop.
	Reason string

	// Quiet is how long its incident waits for more before it closes, if that is
	// longer than usual: a slow sender pauses for hours.
	Quiet time.Duration

	// Spread is over how many destinations the bytes went, if over more than one.
	Spread int

	// Sent is how many bytes behind this finding have left so far, and Since is
	// when the first of them did, event time in ns. Zero where the destination's
	// window says as much.
	Sent, Since int64

	// Protocol and Port name the service, where the record's own do not: an FTP
	// upload is found on its data channel.
	Protocol string
	Port     uint16
}

// Score grows from base by ten points for every tenfold of observed over
// threshold, within 0 and 100.
func Score(base, observed, threshold float64) float64 {
	if !(threshold > 0) || !(observed > threshold) {
		return clamp(base)
	}
	return clamp(base + 10*math.Log10(observed/threshold))
}

func clamp(score float64) float64 {
	if math.IsNaN(score) {
		return 0
	}
	return math.Round(min(max(score, 0), 100)*10) / 10
}

// SeverityOf is the severity of a score: low below 50, medium below 70, high
// below 90, critical from there.
func SeverityOf(score float64) alert.Severity {
	switch {
	case score >= 90:
		return alert.Critical
	case score >= 70:
		return alert.High
	case score >= 50:
		return alert.Medium
	default:
		return alert.Low
	}
}
