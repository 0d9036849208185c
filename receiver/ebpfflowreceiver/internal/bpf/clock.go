//go:build linux && (amd64 || arm64)

package bpf

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is CLOCK_MONOTONIC in nanoseconds, the clock of bpf_ktime_get_ns.
func monotonic() uint64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0 // the clock is always there
	}
	return uint64(t.Nano())
}

// WallClock is the wall clock minus CLOCK_MONOTONIC, in nanoseconds.
func WallClock() int64 { return time.Now().UnixNano() - int64(monotonic()) }
