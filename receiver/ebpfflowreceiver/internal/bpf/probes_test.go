//go:build linux && (amd64 || arm64)

package bpf

import (
	"maps"
	"slices"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program added in C is attached or swept, and each name in the literals is a
// program's.
func TestEveryProgramIsUsed(t *testing.T) {
	spec, err := loadKernel()
	require.NoError(t, err)
	var used []string
	for _, p := range probes {
		used = append(used, p.program)
		assert.NotNil(t, p.attach, p.program)
	}
	for _, s := range sweepers {
		used = append(used, s.program)
		assert.Contains(t, spec.Maps, s.over, s.program)
	}
	slices.Sort(used)
	assert.Equal(t, slices.Sorted(maps.Keys(spec.Programs)), used)
}

func TestVariants(t *testing.T) {
	names := func(all []probe) (names []string) {
		for _, p := range all {
			names = append(names, p.program)
		}
		return names
	}
	since, before := names(probesFor(true)), names(probesFor(false))
	assert.Contains(t, since, "on_state")
	assert.Contains(t, since, "on_sockops", "on_state misses a close that interrupts another")
	assert.Contains(t, before, "on_sockops")
	assert.NotContains(t, before, "on_state")
	assert.Len(t, since, len(probes))
	assert.Len(t, before, len(probes)-1)
	assert.Less(t, slices.Index(since, "on_create"), slices.Index(since, "on_egress"), "owners before packets")
}

func TestSpec(t *testing.T) {
	for _, tracingHelpers := range []bool{true, false} {
		wanted := probesFor(tracingHelpers)
		spec, err := newSpec(Options{RingBuffer: 1 << 20}, wanted, tracingHelpers)
		require.NoError(t, err)
		assert.EqualValues(t, 1<<20, spec.Maps["events"].MaxEntries)
		assert.Len(t, spec.Programs, len(wanted)+len(sweepers), "the other variant is not loaded")
		var set bool
		require.NoError(t, spec.Variables["tracing_helpers"].Get(&set))
		assert.Equal(t, tracingHelpers, set)
	}
}

func TestMaps(t *testing.T) {
	spec, err := loadKernel()
	require.NoError(t, err)
	for name, kind := range map[string]ebpf.MapType{
		"events": ebpf.RingBuf, "sockets": ebpf.SkStorage, "peers": ebpf.Hash, "ignored": ebpf.Hash,
		"last_words": ebpf.Hash, "lost": ebpf.PerCPUArray,
	} {
		if assert.Contains(t, spec.Maps, name) {
			assert.Equal(t, kind, spec.Maps[name].Type, name)
		}
	}
	assert.EqualValues(t, kernelLossLOSSES, spec.Maps["lost"].MaxEntries)
}
