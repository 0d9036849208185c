package indicator

import "time"

// limits bound one file. Tests set lower ones.
type limits struct {
	bytes   int64 // of the file
	line    int   // bytes of a line
	entries int   // distinct values
}

func defaultLimits() limits {
	return limits{bytes: 128 << 20, line: 16 << 10, entries: 2_000_000}
}

const (
	// checkEvery is how often the files are looked at.
	checkEvery = 10 * time.Second
	// maxDescription bounds what is kept of a description, in bytes.
	maxDescription = 120
	// maxWindows bounds the validity windows of one value. Past it the last ones
	// are taken for one that reaches over all of them.
	maxWindows = 16
	// minBits4 and minBits6 are the widest networks that can be listed. A wider
	// one is a slip that would list a good part of the world.
	minBits4 = 8
	minBits6 = 16
)
