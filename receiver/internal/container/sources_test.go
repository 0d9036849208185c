package container

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImageName(t *testing.T) {
	for ref, want := range map[string]string{
		"nginx":                             "nginx",
		"nginx:1.27":                        "nginx",
		"registry.example:5000/team/app":    "registry.example:5000/team/app",
		"registry.example:5000/team/app:v1": "registry.example:5000/team/app",
		"app@sha256:" + idA:                 "app",
		"r.example/app:v1@sha256:" + idA:    "r.example/app",
		"sha256:" + idA:                     "",
		idA:                                 "",
		"":                                  "",
		":":                                 "",
	} {
		assert.Equal(t, want, imageName(ref), ref)
	}
}

func TestClip(t *testing.T) {
	long := strings.Repeat("é", maxName)
	names := Names{Name: long, Image: "short"}.clip()
	assert.Equal(t, strings.Repeat("é", maxName/2), names.Name)
	assert.Equal(t, "short", names.Image)
	assert.LessOrEqual(t, len(clip("a"+long)), maxName)
}

// write puts a file below a temporary host root.
func write(t *testing.T, root, path, content string) {
	t.Helper()
	full := filepath.Join(root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(t, os.WriteFile(full, []byte(withIDs(content)), 0o600))
}

func TestFileSources(t *testing.T) {
	const (
		criPath  = "run/containerd/io.containerd.runtime.v2.task/k8s.io/"
		crioPath = "run/containers/storage/overlay-containers/"
		listDir  = "var/lib/containers/storage/overlay-containers/"
	)
	tests := []struct {
		name, runtime, path, content string
		want                         Names
	}{
		{
			"docker", "docker", "var/lib/docker/containers/" + idA + "/config.v2.json",
			`{"ID":"A","Name":"/web","Config":{"Image":"shop/web:1"},"State":{"Pid":1}}`,
			Names{runtime: "docker", Name: "web", Image: "shop/web"},
		},
		{
			"containerd", "containerd", criPath + idA + "/config.json",
			`{"ociVersion":"1.1.0","annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.image-name":"r.example/app:2","io.kubernetes.cri.sandbox-name":"app-0","io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.sandbox-uid":"u"}}`,
			Names{runtime: "containerd", Name: "app", Image: "r.example/app", Pod: "app-0", Namespace: "shop", K8sContainer: "app", podUID: "u"},
		},
		{
			"runtime not told by the path", "", criPath + idA + "/config.json",
			`{"annotations":{"io.kubernetes.cri.sandbox-name":"app-0"}}`,
			Names{runtime: "containerd", Pod: "app-0"},
		},
		{
			"nerdctl", "containerd", "run/containerd/io.containerd.runtime.v2.task/default/" + idA + "/config.json",
			`{"annotations":{"nerdctl/name":"job"}}`,
			Names{runtime: "containerd", Name: "job"},
		},
		{
			"cri-o", "cri-o", crioPath + idA + "/userdata/config.json",
			`{"annotations":{"io.kubernetes.container.name":"db","io.kubernetes.cri-o.ImageName":"sha256:A","io.kubernetes.cri-o.Image":"r.example/db:9","io.kubernetes.pod.name":"db-0","io.kubernetes.pod.namespace":"shop","io.kubernetes.pod.uid":"u"}}`,
			Names{runtime: "cri-o", Name: "db", Image: "r.example/db", Pod: "db-0", Namespace: "shop", K8sContainer: "db", podUID: "u"},
		},
		{
			"cri-o sandbox", "cri-o", crioPath + idA + "/userdata/config.json",
			`{"annotations":{"io.kubernetes.container.name":"POD","io.kubernetes.pod.name":"db-0"}}`,
			Names{runtime: "cri-o", Pod: "db-0"},
		},
		{
			"podman", "podman", listDir + "containers.json",
			`[{"id":"B","names":["other"]},{"id":"A","names":["batch"],"metadata":"{\"image-name\":\"localhost/batch:latest\",\"name\":\"x\"}"}]`,
			Names{runtime: "podman", Name: "batch", Image: "localhost/batch"},
		},
		{
			"podman --rm", "podman", listDir + "volatile-containers.json",
			`[{"id":"A","metadata":"{\"name\":\"once\"}"}]`,
			Names{runtime: "podman", Name: "once"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, tt.path, tt.content)
			s := newSearch(Config{HostRoot: root})
			got, ok := s.ask(t.Context(), ID{ContainerID: idA, Runtime: tt.runtime})
			require.True(t, ok)
			assert.Equal(t, tt.want, got)
			_, ok = s.ask(t.Context(), ID{ContainerID: strings.Repeat("c", idLen), Runtime: tt.runtime})
			assert.False(t, ok, "another container")
		})
	}
}

func TestFileSourcesRefuse(t *testing.T) {
	const docker = "var/lib/docker/containers/"
	const list = "var/lib/containers/storage/overlay-containers/containers.json"
	tests := []struct{ name, path, content string }{
		{"empty", docker + idA + "/config.v2.json", ""},
		{"truncated", docker + idA + "/config.v2.json", `{"ID":"A","Name":"/w`},
		{"another's document", docker + idA + "/config.v2.json", `{"ID":"B","Name":"/web"}`},
		{"mistyped", docker + idA + "/config.v2.json", `{"ID":"A","Name":{"a":1}}`},
		{"too large", docker + idA + "/config.v2.json", `{"ID":"A","Name":"/web","x":"` + strings.Repeat("x", maxDocument) + `"}`},
		{"moby's bundle has no names", "run/containerd/io.containerd.runtime.v2.task/moby/" + idA + "/config.json", `{"annotations":{}}`},
		{"list is no list", list, `{"id":"A"}`},
		{"list is cut", list, `[{"id":"B"},{"id":"A","na`},
		{"list has wrong types", list, `[1,"A",{"id":"A","names":["x"]}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, tt.path, tt.content)
			_, ok := newSearch(Config{HostRoot: root}).ask(t.Context(), ID{ContainerID: idA})
			assert.False(t, ok)
		})
	}
}
