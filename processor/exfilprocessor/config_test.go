package exfilprocessor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func load(t *testing.T, yaml string) error {
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	if err := conf.Unmarshal(cfg); err != nil {
		return err
	}
	return confmap.Validate(cfg)
}

func TestDefaultConfigIsValid(t *testing.T) {
	require.NoError(t, load(t, "{}"))
}

func TestListsReplaceTheDefaults(t *testing.T) {
	cfg := configure(t, []byte("networks: {internal: [10.0.0.0/8]}"))
	require.Equal(t, []string{"10.0.0.0/8"}, cfg.Networks.Internal)
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for yaml, want := range map[string]string{
		"flows: forget":                                     `flows: must be "drop" or "keep", not "forget"`,
		"max_lateness: -1s":                                 "max_lateness: must not be negative",
		"quiet_period: 0s":                                  "quiet_period: must be positive",
		"window: 1ms":                                       "window: must be at least 1s",
		"quiet_period: 2540000h":                            "max_lateness, quiet_period, window, learning, retention: must be at most 8760h0m0s each",
		"networks: {internal: [10.0.0.1/8]}":                "networks: internal: [0]: \"10.0.0.1/8\" has host bits set",
		"networks: {containers: [a]}":                       "networks: containers: [0]: \"a\" is not a network",
		"networks: {containers: [10.0.0.0/8, 10.1.0.0/16]}": "networks: containers: \"10.0.0.0/8\" and \"10.1.0.0/16\" overlap",
		"limits: {workloads: 0}":                            "limits: workloads: must be from 1",
		"limits: {destinations: 9999999999}":                "limits: destinations: must be from 1",
		"limits: {destinations: 10, incidents: 10}":         "limits: incidents: must be",
		"rules: {http_upload: {min_bytes: 0}}":              "rules::http_upload: min_bytes: must be positive",
		"rules: {ftp_upload: {min_ratio: 1}}":               "rules::ftp_upload: min_ratio: must be",
		"rules: {ftp_upload: {min_ratio: .nan}}":            "rules::ftp_upload: min_ratio: must be",
		"rules: {bulk_upload: {serving_min_bytes: -1}}":     "rules::bulk_upload: serving_min_bytes: must be positive",
		"rules: {http_uplaod: {enabled: false}}":            "http_uplaod",
		"rule: {}":                                          "rule",
	} {
		require.ErrorContains(t, load(t, yaml), want, yaml)
	}
}

func TestContainersMayLieWithinInternal(t *testing.T) {
	require.NoError(t, load(t, "networks: {containers: [10.0.0.0/8]}"))
}
