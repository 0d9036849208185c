package bpf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ProbeError says which probe could not be used here, why, and what to do.
type ProbeError struct {
	Probe   string // the program, map or mount concerned
	Missing string // the kernel feature or capability that is not there
	Remedy  string // what a person can do about it
	Err     error
}

func (e *ProbeError) Error() string {
	return fmt.Sprintf("probe %s: missing %s: %s: %v", e.Probe, e.Missing, e.Remedy, e.Err)
}

func (e *ProbeError) Unwrap() error { return e.Err }

const kernelBTF = "/sys/kernel/btf/vmlinux"

// diagnose turns a refusal into what a person can act on.
func diagnose(name string, err error) *ProbeError {
	e := &ProbeError{Probe: name, Err: err}
	lacking := missingCapabilities()
	switch _, btf := os.Stat(kernelBTF); {
	case lacking != "":
		e.Missing = lacking
		e.Remedy = "grant it to the collector, or run it as root"
	case errors.Is(btf, fs.ErrNotExist):
		e.Missing = "kernel type information (CONFIG_DEBUG_INFO_BTF)"
		e.Remedy = "use a kernel built with it, and let the collector see /sys/kernel/btf"
	case errors.Is(err, fs.ErrPermission):
		e.Missing = "permission for bpf()"
		e.Remedy = "lift the seccomp profile, the kernel lockdown or the LSM policy that forbids it"
	default:
		e.Missing = "a kernel feature (5.10 or later has all of them)"
		e.Remedy = "see the kernel's own words"
	}
	return e
}
