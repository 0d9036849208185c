package container

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const (
	// maxDocument bounds one container's JSON.
	maxDocument = 1 << 20
	// maxName bounds each name that is kept, in bytes.
	maxName = 512
)

// newSources lists every place to ask, files first: they answer while the
// daemon still holds the lock of a container that starts.
func newSources(config Config) []source {
	in := func(path string) string { return filepath.Join(config.HostRoot, path) }
	sources := []source{
		dockerFiles{dir: in("/var/lib/docker/containers")},
		containerdBundles{parents: []string{
			in("/run/containerd/io.containerd.runtime.v2.task"),
			in("/run/k3s/containerd/io.containerd.runtime.v2.task"),
			in("/var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task"),
		}},
		overlayBundles{parents: []string{
			in("/run/containers/storage/overlay-containers"),
			in("/var/lib/containers/storage/overlay-containers"),
		}},
		storageList{files: []string{
			in("/var/lib/containers/storage/overlay-containers/containers.json"),
			in("/var/lib/containers/storage/overlay-containers/volatile-containers.json"),
			in("/run/containers/storage/overlay-containers/volatile-containers.json"),
		}},
	}
	for _, socket := range config.Sockets {
		sources = append(sources, newDockerSocket(in(socket)))
	}
	return sources
}

var errTooLarge = errors.New("document is too large")

// readJSON decodes a file of at most maxDocument bytes.
func readJSON(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return decodeJSON(file, into)
}

func decodeJSON(from io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(from, maxDocument+1))
	if err != nil {
		return err
	}
	if len(data) > maxDocument {
		return errTooLarge
	}
	return json.Unmarshal(data, into)
}

// imageName is an image reference without tag and digest. A bare digest is not
// a name.
func imageName(ref string) string {
	name, _, _ := strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	if name == "sha256" || len(name) == idLen && isHex(name) {
		return ""
	}
	return name
}

func firstImage(refs ...string) string {
	for _, ref := range refs {
		if name := imageName(ref); name != "" {
			return name
		}
	}
	return ""
}

// clip bounds every name.
func (n Names) clip() Names {
	for _, s := range []*string{&n.runtime, &n.Name, &n.Image, &n.Pod, &n.Namespace, &n.K8sContainer, &n.podUID} {
		*s = clip(*s)
	}
	return n
}

func clip(s string) string {
	if len(s) <= maxName {
		return s
	}
	end := maxName
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.Clone(s[:end])
}
