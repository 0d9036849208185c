//go:build unix

package exfilprocessor

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// cpuSeconds is what the process has used, which a shared machine blurs less
// than the time that passed.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}
