package container

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	idA = strings.Repeat("0a1b2c3d", 8)
	idB = strings.Repeat("9f8e7d6c", 8)
)

const (
	uid        = "1858680e-b044-4fd5-9dd4-f137e30e2180"
	uidSystemd = "1858680e_b044_4fd5_9dd4_f137e30e2180"
	uidOther   = "c0ffee00-0000-4000-8000-000000000001"
	uidStatic  = "99dcb84d2a34f7e338778606703258c4"
	burstable  = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidSystemd + ".slice"
	kindSlice  = "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" + uidSystemd + ".slice"
	rootless   = "/user.slice/user-1000.slice/user@1000.service"
)

func TestParseCgroupContainers(t *testing.T) {
	tests := []struct {
		name, path string
		want       ID
	}{
		{"docker cgroupfs", "/docker/A", ID{Runtime: "docker"}},
		{"docker systemd", "/system.slice/docker-A.scope", ID{Runtime: "docker"}},
		{"docker rootless", rootless + "/user.slice/docker-A.scope", ID{Runtime: "docker"}},
		{"docker own parent", "/builders/A", ID{}},
		{"docker child", "/docker/A/init.scope", ID{Runtime: "docker"}},
		{"docker running systemd", "/system.slice/docker-A.scope/system.slice/nginx.service", ID{Runtime: "docker"}},
		{"read below another cgroup namespace", "/../../docker/A", ID{Runtime: "docker"}},
		{"no leading slash", "docker/A", ID{Runtime: "docker"}},
		{"doubled and trailing slash", "//docker//A//", ID{Runtime: "docker"}},
		{"ecs", "/ecs/0123456789abcdef0123456789abcdef/A", ID{}},

		{"containerd systemd", burstable + "/cri-containerd-A.scope", ID{Runtime: "containerd", PodUID: uid}},
		{"containerd guaranteed", "/kubepods.slice/kubepods-pod" + uidSystemd + ".slice/cri-containerd-A.scope", ID{Runtime: "containerd", PodUID: uid}},
		{"containerd static pod", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidStatic + ".slice/cri-containerd-A.scope", ID{Runtime: "containerd", PodUID: uidStatic}},
		{"kubelet cgroupfs", "/kubepods/burstable/pod" + uid + "/A", ID{PodUID: uid}},
		{"kubelet cgroupfs guaranteed", "/kubepods/pod" + uid + "/A", ID{PodUID: uid}},
		{"containerd, drivers at odds", "/system.slice/containerd.service/kubepods-burstable-pod" + uidSystemd + ".slice:cri-containerd:A", ID{Runtime: "containerd", PodUID: uid}},
		{"nerdctl cgroupfs", "/default/A", ID{Runtime: "containerd"}},
		{"nerdctl systemd", "/system.slice/nerdctl-A.scope", ID{Runtime: "containerd"}},
		{"cri-dockerd", burstable + "/docker-A.scope", ID{Runtime: "docker", PodUID: uid}},

		{"cri-o systemd", burstable + "/crio-A.scope", ID{Runtime: "cri-o", PodUID: uid}},
		{"cri-o crun child", burstable + "/crio-A.scope/container", ID{Runtime: "cri-o", PodUID: uid}},
		{"cri-o cgroupfs", "/kubepods/besteffort/pod" + uid + "/crio-A", ID{Runtime: "cri-o", PodUID: uid}},

		{"podman systemd", "/machine.slice/libpod-A.scope", ID{Runtime: "podman"}},
		{"podman pod systemd", "/machine.slice/machine-libpod_pod_B.slice/libpod-A.scope", ID{Runtime: "podman"}},
		{"podman cgroupfs", "/libpod_parent/libpod-A", ID{Runtime: "podman"}},
		{"podman pod cgroupfs", "/libpod_parent/B/libpod-A", ID{Runtime: "podman"}},
		{"podman rootless", rootless + "/user.slice/libpod-A.scope/container", ID{Runtime: "podman"}},
		{"podman split", rootless + "/app.slice/web.service/libpod-payload-A", ID{Runtime: "podman"}},

		{"another runtime's scope", "/system.slice/mycontainers-A.scope", ID{}},
		{"systemd escape", `/system.slice/docker\x2dA.scope`, ID{Runtime: "docker"}},
		{"kind", "/docker/B" + kindSlice + "/cri-containerd-A.scope", ID{Runtime: "containerd", PodUID: uid, OuterID: idB}},
		{"three deep", "/docker/B/docker/0000000011111111000000001111111100000000111111110000000011111111/docker/A", ID{Runtime: "docker", OuterID: idB}},
		{"docker in a pod", burstable + "/cri-containerd-B.scope/docker/A", ID{Runtime: "docker", PodUID: uid, OuterID: idB}},
		{"a pod's container cannot name another pod", burstable + "/cri-containerd-B.scope/pod" + uidOther + "/A", ID{PodUID: uid, OuterID: idB}},
		{"monitor inside a container", "/docker/A/libpod_parent/libpod-conmon-B", ID{Runtime: "docker"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseCgroup(withIDs(tt.path))
			require.True(t, ok)
			tt.want.ContainerID = idA
			assert.Equal(t, tt.want, got)
		})
	}
}

// withIDs puts container ids in the place of the letters A and B.
func withIDs(path string) string {
	return strings.NewReplacer("A", idA, "B", idB).Replace(path)
}

func TestParseCgroupHost(t *testing.T) {
	paths := []string{
		"", "/", "////", "/init.scope", "/system.slice", "/user.slice",
		"/system.slice/docker.service", "/system.slice/containerd.service",
		"/user.slice/user-0.slice/session-4.scope", rootless + "/init.scope",
		burstable, kindSlice, "/kubepods/burstable/pod" + uid,
		burstable + "/crio-conmon-A.scope",
		"/kubepods/besteffort/pod" + uid + "/crio-conmon-A",
		"/machine.slice/libpod-conmon-A.scope",
		"/libpod_parent/libpod-conmon-A", "/libpod_parent/conmon", "/libpod_parent/A",
		"/machine.slice/machine-libpod_pod_A.slice",
		"/system.slice/A.service", // podman's health check of A
		"/system.slice/var-lib-docker-overlay2-A-merged.mount",
		"/system.slice/docker-A.service",
		"/docker/" + idA[:63], "/docker/" + idA + "0", "/docker/" + strings.ToUpper(idA),
		"/docker/" + strings.Repeat("g", 64), "/docker/buildkit/k3v1p0c2u7m5",
		"/other-A", "/system.slice/A.mount",
		strings.Repeat("/docker/A", 200),
	}
	for _, path := range paths {
		_, ok := ParseCgroup(withIDs(path))
		assert.False(t, ok, path)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`a\x2db`: "a-b", `\x5cx2d`: `\x2d`, `a\x2`: `a\x2`, `\xzz`: `\xzz`, `\x`: `\x`, `a`: "a",
	} {
		assert.Equal(t, want, unescape(in), in)
	}
}

func FuzzParseCgroup(f *testing.F) {
	for _, path := range []string{
		"/docker/A", "/docker/B" + kindSlice + "/cri-containerd-A.scope", `/a\x2db:c/libpod-A`,
		"/x.slice:cri-containerd:A", "/libpod_parent/A", burstable,
	} {
		f.Add(withIDs(path))
	}
	f.Fuzz(func(t *testing.T, path string) {
		id, ok := ParseCgroup(path)
		outer, outerOK := parseOutermost(path)
		require.Equal(t, ok, outerOK)
		require.Equal(t, ok, id.ContainerID != "")
		require.Empty(t, outer.OuterID)
		if id.PodUID != "" {
			require.True(t, isPodUID(id.PodUID) && !strings.Contains(id.PodUID, "_"))
		}
		if !ok {
			return
		}
		require.True(t, len(id.ContainerID) == idLen && isHex(id.ContainerID))
		if id.OuterID != "" {
			require.Equal(t, outer.ContainerID, id.OuterID)
		}
		if child := path + "/child"; len(child) <= maxPath {
			below, _ := ParseCgroup(child)
			require.Equal(t, id, below)
		}
	})
}

func BenchmarkParseCgroup(b *testing.B) {
	path := withIDs(burstable + "/cri-containerd-A.scope")
	b.ReportAllocs()
	for b.Loop() {
		ParseCgroup(path)
	}
}
