package container

import "strings"

// ID is what a cgroup path alone tells about its container.
type ID struct {
	// ContainerID is 64 lower-case hex digits.
	ContainerID string
	// Runtime is docker, containerd, cri-o or podman; empty when the path does
	// not tell.
	Runtime string
	// PodUID is the Kubernetes pod's uid as the API server writes it.
	PodUID string
	// OuterID is the outermost container when one runs inside another (kind,
	// Docker in Docker). Empty otherwise.
	OuterID string
}

const (
	idLen = 64
	// maxPath bounds the work for one path: the kernel's own limit is PATH_MAX.
	maxPath = 4096
)

// ParseCgroup reads the container out of a cgroup path, as the kernel's
// cgroup_mkdir event, /proc/PID/cgroup or a walk below the mount gives it. The
// innermost container wins; a cgroup below a container's belongs to it. It
// reports false for cgroups of the host: services, sessions, pods' slices, and
// the monitors that runtimes keep beside a container.
func ParseCgroup(path string) (ID, bool) {
	return parse(path, false)
}

// parseOutermost is ParseCgroup for the container that the host itself started.
// Everything below it may be named by the container.
func parseOutermost(path string) (ID, bool) {
	return parse(path, true)
}

func parse(path string, stopAtFirst bool) (ID, bool) {
	var id ID
	if len(path) > maxPath {
		return id, false
	}
	parent, rest := "", path
	for rest != "" {
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		if segment == "" {
			continue
		}
		segment = unescape(segment)
		readSegment(&id, parent, segment)
		if stopAtFirst && id.ContainerID != "" {
			break
		}
		parent = segment
	}
	return id, id.ContainerID != ""
}

// readSegment takes a pod uid or a container id from one path element. One
// element may hold both: "kubepods-…-podUID.slice:cri-containerd:ID", which
// containerd makes of a systemd path when it drives cgroups itself.
func readSegment(id *ID, parent, segment string) {
	slice, unit, joined := strings.Cut(segment, ":")
	uid, ok := podUID(slice)
	// Below a pod's container the path is the container's own to choose.
	if ok && (id.ContainerID == "" || id.PodUID == "") {
		id.PodUID = uid
	}
	if joined {
		segment = strings.ReplaceAll(unit, ":", "-")
	}
	container, runtime, ok := containerUnit(parent, segment)
	if !ok {
		return
	}
	if id.OuterID == "" {
		id.OuterID = id.ContainerID
	}
	id.ContainerID, id.Runtime = container, runtime
}

// containerUnit reads "docker-ID.scope", "libpod-ID" or a bare "ID".
func containerUnit(parent, segment string) (id, runtime string, ok bool) {
	name, isScope := strings.CutSuffix(segment, ".scope")
	if len(name) < idLen {
		return "", "", false
	}
	prefix, id := name[:len(name)-idLen], name[len(name)-idLen:]
	if !isHex(id) {
		return "", "", false
	}
	if prefix == "" {
		runtime, ok = bareRuntime(parent, isScope)
	} else {
		runtime, ok = prefixRuntime(prefix, isScope)
	}
	return id, runtime, ok
}

// bareRuntime judges an id without prefix by the cgroup above it.
func bareRuntime(parent string, isScope bool) (string, bool) {
	switch parent {
	case "libpod_parent":
		return "", false // a podman pod; its containers have the libpod- prefix
	case "docker":
		return "docker", !isScope
	case "default", "cri-containerd": // default: the namespace of nerdctl and ctr
		return "containerd", !isScope
	}
	return "", true
}

func prefixRuntime(prefix string, isScope bool) (string, bool) {
	switch prefix {
	case "docker-":
		return "docker", true
	case "cri-containerd-", "containerd-", "nerdctl-":
		return "containerd", true
	case "crio-":
		return "cri-o", true
	case "libpod-", "libpod-payload-": // -payload: podman --cgroups=split
		return "podman", true
	}
	// Another runtime's scope. A monitor lives on the host's side.
	known := isScope && strings.HasSuffix(prefix, "-") && !strings.Contains(prefix, "conmon")
	return "", known
}

// podUID reads "podUID" of the cgroupfs driver and
// "kubepods-burstable-podUID.slice" of systemd, which has _ for -.
func podUID(segment string) (string, bool) {
	name, isSlice := strings.CutSuffix(segment, ".slice")
	if isSlice {
		at := strings.LastIndex(name, "-pod")
		if at < 0 || !strings.Contains(name[:at], "kubepods") {
			return "", false
		}
		name = name[at+1:]
	}
	uid, ok := strings.CutPrefix(name, "pod")
	if !ok || !isPodUID(uid) {
		return "", false
	}
	return strings.ReplaceAll(uid, "_", "-"), true
}

// isPodUID accepts a UUID, and the 32 hex digits of a static pod's hash.
func isPodUID(s string) bool {
	if len(s) == 32 {
		return isHex(s)
	}
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-' || s[i] == '_') || !dash && !hexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isHex(s string) bool {
	for i := range len(s) {
		if !hexDigit(s[i]) {
			return false
		}
	}
	return true
}

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}

// unescape undoes systemd's \xNN (systemd.unit(5), string escaping).
func unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if c, ok := escaped(s[i:]); ok {
			out = append(out, c)
			i += 3
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func escaped(s string) (byte, bool) {
	if len(s) < 4 || s[0] != '\\' || s[1] != 'x' || !hexDigit(s[2]) || !hexDigit(s[3]) {
		return 0, false
	}
	return nibble(s[2])<<4 | nibble(s[3]), true
}

func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}
