package bpf

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Since 5.8; CAP_SYS_ADMIN stands for the first two.
var capabilities = []struct {
	name string
	bit  uint
}{
	{"CAP_BPF", unix.CAP_BPF},
	{"CAP_PERFMON", unix.CAP_PERFMON},
	{"CAP_NET_ADMIN", unix.CAP_NET_ADMIN},
}

// missingCapabilities names what this process lacks, or nothing.
func missingCapabilities() string {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) != nil {
		return ""
	}
	has := func(bit uint) bool { return data[bit/32].Effective&(1<<(bit%32)) != 0 }
	var missing []string
	for _, c := range capabilities {
		covered := c.bit != unix.CAP_NET_ADMIN && has(unix.CAP_SYS_ADMIN)
		if !has(c.bit) && !covered {
			missing = append(missing, c.name)
		}
	}
	return strings.Join(missing, ", ")
}
