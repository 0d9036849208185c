// Package deploy checks what deploy/ ships as an API server or a host would.
package deploy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

const collectorKind = "OpenTelemetryCollector"

// find decodes, strictly, the one object of a kind that a file below
// deploy/kubernetes holds.
func find(t *testing.T, file, kind string, into any) {
	found := false
	for _, document := range documents(t, file) {
		if kindOf(t, document) == kind {
			require.False(t, found, "two objects of kind %s", kind)
			require.NoError(t, yaml.UnmarshalStrict(document, into))
			found = true
		}
	}
	require.True(t, found, "%s holds no %s", file, kind)
}

func documents(t *testing.T, file string) [][]byte {
	content, err := os.ReadFile(filepath.Join(distribution.Root(t), "deploy", "kubernetes", file))
	require.NoError(t, err)
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	var found [][]byte
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found = append(found, document)
	}
}

func kindOf(t *testing.T, document []byte) string {
	var head struct {
		Kind string `json:"kind"`
	}
	require.NoError(t, yaml.Unmarshal(document, &head))
	return head.Kind
}

func emptyObject(kind string) any {
	switch kind {
	case "ClusterRole":
		return &rbacv1.ClusterRole{}
	case "ClusterRoleBinding":
		return &rbacv1.ClusterRoleBinding{}
	case "ConfigMap":
		return &corev1.ConfigMap{}
	case "DaemonSet":
		return &appsv1.DaemonSet{}
	case "Namespace":
		return &corev1.Namespace{}
	case "ServiceAccount":
		return &corev1.ServiceAccount{}
	}
	return nil
}

func TestEveryManifestDecodesStrictly(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(distribution.Root(t), "deploy", "kubernetes", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, document := range documents(t, filepath.Base(path)) {
			kind := kindOf(t, document)
			t.Run(filepath.Base(path)+"/"+kind, func(t *testing.T) {
				if kind == collectorKind {
					assert.Empty(t, schemaErrors(t, document))
					return
				}
				object := emptyObject(kind)
				require.NotNil(t, object, "no type for this kind")
				assert.NoError(t, yaml.UnmarshalStrict(document, object))
			})
		}
	}
}
