package process_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/process"
)

func TestSelf(t *testing.T) {
	exe, err := os.Executable()
	require.NoError(t, err)
	got := process.NewTable("/proc").Lookup(uint32(os.Getpid()))
	assert.EqualValues(t, os.Getpid(), got.PID)
	assert.EqualValues(t, os.Getppid(), got.ParentPID)
	assert.Equal(t, exe, got.Executable)
	assert.Contains(t, got.CommandLine, "process.test")
}

func BenchmarkSelf(b *testing.B) {
	pid := uint32(os.Getpid())
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			process.NewTable("/proc").Lookup(pid)
		}
	})
	b.Run("known", func(b *testing.B) {
		table := process.NewTable("/proc")
		b.ReportAllocs()
		for b.Loop() {
			table.Lookup(pid)
		}
	})
}
