package container

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// findMount finds the cgroup v2 mount of this process's mount namespace, inside
// hostRoot before any other.
func findMount(hostRoot string) (string, error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	return pickMount(cgroup2Mounts(file), hostRoot)
}

// cgroup2Mounts reads the mount points out of mountinfo (proc(5)).
func cgroup2Mounts(mountinfo io.Reader) []string {
	var points []string
	lines := bufio.NewScanner(mountinfo)
	for lines.Scan() {
		mount, source, _ := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(mount)
		if len(fields) > 4 && strings.HasPrefix(source, "cgroup2 ") {
			points = append(points, unescapeMount(fields[4]))
		}
	}
	return points
}

// pickMount prefers the host's own mount, then the shortest path: the rest are
// bind mounts of it.
func pickMount(points []string, hostRoot string) (string, error) {
	if len(points) == 0 {
		return "", ErrNoCgroup2
	}
	prefix := strings.TrimSuffix(filepath.Clean(hostRoot), "/") + "/"
	foreign := func(point string) int {
		if strings.HasPrefix(point, prefix) {
			return 0
		}
		return 1
	}
	return slices.MinFunc(points, func(a, b string) int {
		return cmp.Or(cmp.Compare(foreign(a), foreign(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}), nil
}

// unescapeMount undoes mountinfo's octal escapes.
func unescapeMount(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
