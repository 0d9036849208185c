package deploy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/yaml"
)

// schemaErrors checks a custom resource as an API server with strict field
// validation does: against the CRD's schema, and for fields that it lacks.
func schemaErrors(t *testing.T, document []byte) []string {
	schema := collectorSchema(t)
	var object map[string]any
	require.NoError(t, yaml.UnmarshalStrict(document, &object))
	found := unknownFields("", object, schema)
	result := validate.NewSchemaValidator(schema, nil, "", strfmt.Default).Validate(object)
	for _, err := range result.Errors {
		found = append(found, err.Error())
	}
	return found
}

func collectorSchema(t *testing.T) *spec.Schema {
	content, err := os.ReadFile(filepath.Join("testdata", "opentelemetry.io_opentelemetrycollectors.yaml"))
	require.NoError(t, err)
	var definition struct {
		Spec struct {
			Versions []struct {
				Name   string `json:"name"`
				Schema struct {
					OpenAPIV3Schema json.RawMessage `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	require.NoError(t, yaml.Unmarshal(content, &definition))
	for _, version := range definition.Spec.Versions {
		if version.Name == "v1beta1" {
			schema := &spec.Schema{}
			require.NoError(t, json.Unmarshal(version.Schema.OpenAPIV3Schema, schema))
			return schema
		}
	}
	t.Fatal("the CRD has no v1beta1")
	return nil
}

// unknownFields lists the fields that an API server would prune.
func unknownFields(path string, value any, schema *spec.Schema) []string {
	switch value := value.(type) {
	case map[string]any:
		return unknownKeys(path, value, schema)
	case []any:
		var found []string
		for _, item := range value {
			if schema.Items != nil && schema.Items.Schema != nil {
				found = append(found, unknownFields(path+"[]", item, schema.Items.Schema)...)
			}
		}
		return found
	}
	return nil
}

func unknownKeys(path string, object map[string]any, schema *spec.Schema) []string {
	if keep, ok := schema.Extensions.GetBool("x-kubernetes-preserve-unknown-fields"); ok && keep {
		return nil
	}
	var found []string
	for key, value := range object {
		at := path + "." + key
		if property, ok := schema.Properties[key]; ok {
			found = append(found, unknownFields(at, value, &property)...)
		} else if additional := schema.AdditionalProperties; additional != nil && additional.Schema != nil {
			found = append(found, unknownFields(at, value, additional.Schema)...)
		} else if !inherent(path, key) {
			found = append(found, at+": unknown field")
		}
	}
	slices.Sort(found)
	return found
}

// inherent fields belong to every object; a CRD need not list them.
func inherent(path, key string) bool {
	return path == "" && slices.Contains([]string{"apiVersion", "kind", "metadata"}, key) || path == ".metadata"
}

func TestSchemaRefusesWhatAnAPIServerRefuses(t *testing.T) {
	const head = "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {name: a}\n"
	const config = "  config: {receivers: {}, exporters: {}, service: {pipelines: {}}}\n"
	assert.Empty(t, schemaErrors(t, []byte(head+"spec:\n"+config)))
	for name, c := range map[string]struct{ spec, says string }{
		"unknown field":        {"spec:\n  hostPid: true\n" + config, ".spec.hostPid: unknown field"},
		"unknown nested field": {"spec:\n  securityContext: {capability: {}}\n" + config, ".spec.securityContext.capability: unknown field"},
		"wrong type":           {"spec:\n  hostPID: please\n" + config, "hostPID"},
		"unknown mode":         {"spec:\n  mode: daemon\n" + config, "mode"},
		"no config":            {"spec:\n  mode: daemonset\n", "config"},
		"list of wrong type":   {"spec:\n  env: [{name: A, valu: b}]\n" + config, ".spec.env[].valu: unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := schemaErrors(t, []byte(head+c.spec))
			require.NotEmpty(t, errs)
			assert.Contains(t, errs[0], c.says)
		})
	}
}
