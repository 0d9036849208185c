//go:build linux && (amd64 || arm64)

package bpf

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
)

// load brings programs and maps into the kernel. Which of the two variants this
// kernel takes is found by trying: its version would not tell.
func load(o Options) (*ebpf.Collection, []probe, error) {
	// Kernels before 5.11 charge maps to RLIMIT_MEMLOCK.
	if err := rlimit.RemoveMemlock(); err != nil {
		return nil, nil, diagnose("memlock", err)
	}
	collection, wanted, err := loadVariant(o, true)
	if err == nil {
		return collection, wanted, nil
	}
	collection, wanted, older := loadVariant(o, false)
	if older != nil {
		return nil, nil, errors.Join(err, older)
	}
	return collection, wanted, nil
}

func loadVariant(o Options, tracingHelpers bool) (*ebpf.Collection, []probe, error) {
	wanted := probesFor(tracingHelpers)
	spec, err := newSpec(o, wanted, tracingHelpers)
	if err != nil {
		return nil, nil, err
	}
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		return nil, nil, blame(spec, err)
	}
	return collection, wanted, nil
}

func newSpec(o Options, wanted []probe, tracingHelpers bool) (*ebpf.CollectionSpec, error) {
	spec, err := loadKernel()
	if err != nil {
		return nil, fmt.Errorf("read the embedded programs: %w", err)
	}
	spec.Maps["events"].MaxEntries = o.RingBuffer
	if err := spec.Variables["tracing_helpers"].Set(tracingHelpers); err != nil {
		return nil, fmt.Errorf("set tracing_helpers: %w", err)
	}
	for name := range spec.Programs {
		attached := slices.ContainsFunc(wanted, func(p probe) bool { return p.program == name })
		swept := slices.ContainsFunc(sweepers, func(s sweeper) bool { return s.program == name })
		if !attached && !swept {
			delete(spec.Programs, name)
		}
	}
	return spec, nil
}

// blame finds which program the kernel refuses, by loading each alone.
func blame(spec *ebpf.CollectionSpec, whole error) error {
	for _, name := range slices.Sorted(maps.Keys(spec.Programs)) {
		alone := spec.Copy()
		alone.Programs = map[string]*ebpf.ProgramSpec{name: spec.Programs[name].Copy()}
		collection, err := ebpf.NewCollection(alone)
		if err != nil {
			return diagnose(name, err)
		}
		collection.Close()
	}
	return diagnose("maps", whole)
}
