package attribute

import "math"

// Earliest and Latest bound the times that a record may carry, in ns since the
// epoch: from 1980, before which a clock was never set, to the last that int64
// holds, in 2262.
const (
	Earliest int64 = 315_532_800_000_000_000
	Latest   int64 = math.MaxInt64
)

// Time is t as a signed number, and whether it lies within the bounds.
func Time(t uint64) (int64, bool) {
	if t > uint64(Latest) {
		return 0, false
	}
	return int64(t), int64(t) >= Earliest
}
