package container

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	pureMounts = `24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
`
	hybridMounts = `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`
	containedMounts = `90 80 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup rw
91 80 0:30 /../.. /host\040root/sys/fs/cgroup ro master:9 - cgroup2 cgroup2 rw
92 80 0:30 /../.. /host\040root/var/lib/x/cgroup ro master:9 - cgroup2 cgroup2 rw
`
)

func TestFindCgroup2(t *testing.T) {
	tests := []struct{ name, mountinfo, hostRoot, want string }{
		{"pure", pureMounts, "/", "/sys/fs/cgroup"},
		{"hybrid", hybridMounts, "/", "/sys/fs/cgroup/unified"},
		{"in a container", containedMounts, "/host root", "/host root/sys/fs/cgroup"},
		{"no host root", containedMounts, "/", "/sys/fs/cgroup"},
		{"host root without one", pureMounts, "/host", "/sys/fs/cgroup"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := pickMount(cgroup2Mounts(strings.NewReader(tt.mountinfo)), tt.hostRoot)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
	_, err := pickMount(cgroup2Mounts(strings.NewReader("x - y\n\ncgroup2\n")), "/")
	assert.ErrorIs(t, err, ErrNoCgroup2)
}
