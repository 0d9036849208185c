package stats

import "math"

// Whole is the nearest integer that there is.
func Whole(f float64) int64 {
	if f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(math.Round(f))
}
