// Package footprint gives memory back that only the collector's start needed.
//
// The distribution holds many components, and the start runs the
// initialisation of all of them: it touches more than half of the executable,
// of which a working agent uses a few megabytes.
package footprint

import (
	"errors"
	"runtime/debug"
)

// Settle collects garbage, returns free heap to the system and unmaps the
// executable's pages. Those stay in the page cache: what is used again is mapped
// again without a read, unless the system needed the memory more. The memory is
// the whole process's, so call Settle once, when the start is over.
func Settle() error {
	debug.FreeOSMemory()
	own, err := executable()
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range own {
		errs = append(errs, m.unmap())
	}
	return errors.Join(errs...)
}
