package allow

import (
	"fmt"
	"math"
	"time"
)

// expiryText is t as the configuration has it. Midnight in UTC is what YAML makes
// of a date.
func expiryText(t time.Time) string {
	if utc := t.UTC(); utc.Equal(utc.Truncate(24 * time.Hour)) {
		return utc.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// parseExpiry is the first moment at which the allowance is over, ns since the
// epoch; of no text, never.
func parseExpiry(text string) (int64, error) {
	if text == "" {
		return math.MaxInt64, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err == nil {
		t = t.AddDate(0, 0, 1)
	} else if t, err = time.Parse(time.RFC3339, text); err != nil {
		return 0, fmt.Errorf("%q is neither a date (2027-03-01) nor a time (2027-03-01T12:00:00Z)", text)
	}
	return nanoseconds(t), nil
}

// nanoseconds since the epoch, or the nearest that an int64 holds.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, 0)):
		return 0
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	default:
		return t.UnixNano()
	}
}
