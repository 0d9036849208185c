package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// needed are the capabilities of SECURITY.md, and none beyond them. SYS_RESOURCE
// stands in for the unit's LimitMEMLOCK where there is no systemd.
var needed = []string{"BPF", "PERFMON", "NET_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH"}

func TestManifestsAskForTheLeast(t *testing.T) {
	var set appsv1.DaemonSet
	find(t, "daemonset.yaml", "DaemonSet", &set)
	pod := set.Spec.Template.Spec
	operator := operatorResource(t).Spec

	require.Len(t, pod.Containers, 1)
	assert.Equal(t, pod.Containers[0].SecurityContext, operator.SecurityContext)
	assert.Equal(t, pod.Containers[0].Env, operator.Env)
	assert.False(t, pod.HostNetwork || operator.HostNetwork)
	assert.True(t, pod.HostPID && operator.HostPID)

	security := pod.Containers[0].SecurityContext
	assert.Nil(t, security.Privileged)
	assert.True(t, *security.ReadOnlyRootFilesystem)
	assert.False(t, *security.AllowPrivilegeEscalation)
	assert.Equal(t, []corev1.Capability{"ALL"}, security.Capabilities.Drop)
	var add []string
	for _, c := range security.Capabilities.Add {
		add = append(add, string(c))
	}
	assert.ElementsMatch(t, append([]string{"SYS_RESOURCE"}, needed...), add)
	assert.Equal(t, []string{"/sys/fs/cgroup", "/var/lib/otelcol-exfil"}, hostPaths(operator.Volumes))
	assert.Equal(t, hostPaths(operator.Volumes), hostPaths(pod.Volumes))
}

func hostPaths(volumes []corev1.Volume) []string {
	var paths []string
	for _, v := range volumes {
		if v.HostPath != nil {
			paths = append(paths, v.HostPath.Path)
		}
	}
	return paths
}

func TestClusterRoleOnlyReads(t *testing.T) {
	var role rbacv1.ClusterRole
	find(t, "rbac.yaml", "ClusterRole", &role)
	var resources []string
	for _, rule := range role.Rules {
		assert.Equal(t, []string{"get", "list", "watch"}, rule.Verbs)
		resources = append(resources, rule.Resources...)
	}
	assert.Equal(t, []string{"pods", "namespaces", "nodes", "replicasets"}, resources)
}

func unit(t *testing.T) string {
	content, err := os.ReadFile(filepath.Join(distribution.Root(t), "deploy", "systemd", "otelcol-exfil.service"))
	require.NoError(t, err)
	return string(content)
}

func TestUnitHoldsOnlyTheNeededCapabilities(t *testing.T) {
	for _, key := range []string{"AmbientCapabilities", "CapabilityBoundingSet"} {
		line := regexp.MustCompile(`(?m)^` + key + `=(.*)$`).FindStringSubmatch(unit(t))
		require.NotNil(t, line, key)
		assert.ElementsMatch(t, needed, strings.Fields(strings.ReplaceAll(line[1], "CAP_", "")))
	}
}

func TestSystemdUnderstandsTheUnit(t *testing.T) {
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	path := filepath.Join(t.TempDir(), "otelcol-exfil.service")
	// The program itself is not installed where tests run.
	runnable := regexp.MustCompile(`(?m)^ExecStart=\S+`).ReplaceAllString(unit(t), "ExecStart=/bin/true")
	require.NoError(t, os.WriteFile(path, []byte(runnable), 0o600))
	out, err := exec.Command(verify, "verify", "--man=no", path).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.NotContains(t, string(out), "otelcol-exfil", "a warning")
}
