package deploy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// collector is what the tests read of the Operator's resource.
type collector struct {
	Spec struct {
		HostPID         bool                    `json:"hostPID"`
		HostNetwork     bool                    `json:"hostNetwork"`
		SecurityContext *corev1.SecurityContext `json:"securityContext"`
		Volumes         []corev1.Volume         `json:"volumes"`
		Env             []corev1.EnvVar         `json:"env"`
		Config          json.RawMessage         `json:"config"`
	} `json:"spec"`
}

func operatorResource(t *testing.T) collector {
	var c collector
	require.NoError(t, yaml.Unmarshal(documents(t, "operator.yaml")[0], &c))
	return c
}

func TestCarriedConfigsAreTheShippedOneAndValid(t *testing.T) {
	shipped, err := os.ReadFile(filepath.Join(distribution.Root(t), "config", "kubernetes.yaml"))
	require.NoError(t, err)
	want, err := yaml.YAMLToJSON(shipped)
	require.NoError(t, err)

	var carrier corev1.ConfigMap
	find(t, "daemonset.yaml", "ConfigMap", &carrier)
	inMap, err := yaml.YAMLToJSON([]byte(carrier.Data["config.yaml"]))
	require.NoError(t, err)

	for name, config := range map[string][]byte{
		"DaemonSet": inMap,
		"Operator":  operatorResource(t).Spec.Config,
	} {
		t.Run(name, func(t *testing.T) {
			assert.JSONEq(t, string(want), string(config))
			path := filepath.Join(t.TempDir(), "config.yaml")
			require.NoError(t, os.WriteFile(path, config, 0o600))
			out, err := distribution.Validate(t, path, distribution.Environment(t)...)
			assert.NoError(t, err, out)
		})
	}
}
