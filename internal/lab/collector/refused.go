package collector

import "strings"

// RefusedError says that the kernel does not let the collector watch it.
type RefusedError struct {
	Reason string // as the receiver told it: the probe, and what it lacks
}

func (e *RefusedError) Error() string {
	return "the kernel refuses the collector's eBPF programs: " + e.Reason
}

// refusal is what the receiver says in a collector's log of why it could not
// start, or empty.
func refusal(log string) string {
	const before = `failed to start "ebpf_flow" receiver: `
	_, reason, _ := strings.Cut(log, before)
	reason, _, _ = strings.Cut(reason, "\n")
	return strings.TrimSpace(reason)
}
