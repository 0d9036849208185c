//go:build e2e

package config

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// The configs that read the kernel start for real, with the capabilities that
// deploy/ gives them and no others.
func TestEveryShippedConfigStarts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("eBPF needs root")
	}
	for _, path := range shipped(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			env := append(distribution.Environment(t), "OTLP_INSECURE=true",
				"K8S_AUTH_TYPE=kubeConfig", "KUBECONFIG="+kubeconfig(t))
			p := distribution.StartUnder(t, withCapabilities("+bpf,+perfmon,+net_admin,+sys_ptrace,+dac_read_search"), path, env...)
			require.True(t, p.Ready(), p.Output())
			require.NoError(t, p.Stop(), p.Output())
			assert.NotContains(t, p.Output(), "\terror\t")
		})
	}
}

func TestWithoutCapabilitiesTheErrorNamesTheRemedy(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("dropping capabilities needs root")
	}
	path := filepath.Join(distribution.Root(t), "config", "demo.yaml")
	p := distribution.StartUnder(t, withCapabilities(""), path, distribution.Environment(t)...)
	require.False(t, p.Ready(), "started without any capability")
	require.Error(t, p.Wait())
	assert.Contains(t, p.Output(), "ebpf_flow")
	assert.Contains(t, p.Output(), "CAP_BPF")
	assert.NotContains(t, p.Output(), "panic")
}

// withCapabilities runs a command as user 0 that can never hold more.
func withCapabilities(list string) []string {
	if list != "" {
		list = "," + list
	}
	return []string{"setpriv", "--bounding-set=-all" + list}
}

// kubeconfig points at a server that refuses every list: k8s_attributes starts,
// and goes on trying. A real API server is test/kube's.
func kubeconfig(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	content := `{apiVersion: v1, kind: Config, current-context: test,
clusters: [{name: test, cluster: {server: "` + server.URL + `"}}],
contexts: [{name: test, context: {cluster: test, user: test}}], users: [{name: test, user: {}}]}`
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
