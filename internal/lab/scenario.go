// Package lab emulates the adversary: it makes a small Internet of its own,
// runs containers in it that steal a file in every usual way, and reports what
// the collector said about each.
package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/attack"
)

// Scenario is one thing that a container does, and what must be said about it.
type Scenario struct {
	Name    string
	Summary string
	// Command runs in the container, which holds the stolen file at
	// /data/stolen_data.txt.
	Command string
	// Benign scenarios must raise nothing.
	Benign bool
	// Technique is the ATT&CK id that the alert must carry.
	Technique string
	// Process is the executable that the alert must name.
	Process string
	// Bytes is what the application sends, where it is not the stolen file.
	Bytes int64
	// Mailed says that the application sends the file as the body of a mail.
	Mailed bool
	// Declared says that a cleartext head declares the size: the alert is due
	// from then on, and not from the crossing of 10 MiB.
	Declared bool
	// Needs names the sink without which the scenario cannot run.
	Needs string
	// IOUring lifts the container engine's system call filter.
	IOUring bool
}

// Scenarios is the registry. The first two commands are the ADS's own
// validations, to the letter.
func Scenarios() []Scenario {
	return slices.Concat(uploads(), others(), kernelPaths(), benign())
}

// Select finds scenarios by name; none means all.
func Select(names []string) ([]Scenario, error) {
	all := Scenarios()
	if len(names) == 0 {
		return all, nil
	}
	picked := make([]Scenario, 0, len(names))
	for _, name := range names {
		i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no scenario %q: see exfil-lab list", name)
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

// NotInstalled is the exit status of a shell whose command it does not find
// (POSIX), and of a stand-in that cannot do what the real tool can.
const NotInstalled = 127

// Container is the name of the container that it runs in.
func (s Scenario) Container() string { return "exfil-" + strings.ReplaceAll(s.Name, "_", "-") }

// Sent is how many bytes the application gives to its peer.
func (s Scenario) Sent(loot int64) int64 {
	switch {
	case s.Bytes == none:
		return 0
	case s.Bytes != 0:
		return s.Bytes
	case s.Mailed:
		return attack.Mailed(loot)
	}
	return loot
}
