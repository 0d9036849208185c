package suspiciousdestination

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is the least volume to a listed destination. Default 1: any.
	MinBytes int64 `mapstructure:"min_bytes"`
	// Services are the classes of public services that are reported. Default all that
	// there are: paste, file_sharing, cloud_storage, tunnel, request_bin, webhook.
	Services []string `mapstructure:"services"`
	// ServiceMinBytes is the volume to such a service that is worth an alert. From a
	// sixteenth of it on it is weak evidence. Default 1 MiB.
	ServiceMinBytes int64 `mapstructure:"service_min_bytes"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	c := Config{Enabled: true, MinBytes: 1, ServiceMinBytes: 1 << 20}
	for _, s := range services {
		c.Services = append(c.Services, s.class)
	}
	return c
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	for i, class := range c.Services {
		if class == indicator.ClassDoH {
			return fmt.Errorf("services[%d]: %q is encrypted_dns's", i, class)
		}
		if !slices.ContainsFunc(services[:], func(s service) bool { return s.class == class }) {
			return fmt.Errorf("services[%d]: no class %q; there are %s", i, class, strings.Join(DefaultConfig().Services, ", "))
		}
	}
	if c.ServiceMinBytes < weakShare {
		return fmt.Errorf("service_min_bytes: must be at least %d", weakShare)
	}
	return nil
}
