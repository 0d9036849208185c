package dnstunnel

import (
	"errors"
	"fmt"
)

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is how much information the names under one registered domain must
	// carry that a workload asks for within an hour. Default 8 KiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinDailyBytes is the same within a day. Default 48 KiB.
	MinDailyBytes int64 `mapstructure:"min_daily_bytes"`
	// IgnoreDomains are not looked at, nor are names below them, beside those that the
	// rule knows. The organisation's own search domains belong here. Default none.
	IgnoreDomains []string `mapstructure:"ignore_domains"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBytes: 8 << 10, MinDailyBytes: 48 << 10}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if c.MinDailyBytes < c.MinBytes {
		return errors.New("min_daily_bytes: must be at least min_bytes")
	}
	for i, domain := range c.IgnoreDomains {
		if !isDomain(domain) {
			return fmt.Errorf("ignore_domains: [%d]: must be a domain like example.com, not %q", i, domain)
		}
	}
	return nil
}

// EncryptedConfig of the rule for resolvers that are spoken to by TLS or HTTPS.
type EncryptedConfig struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is how much must be sent to a resolver within an hour to be evidence, so
	// that a question or two do not count. Default 8 KiB: 50 questions or so.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinDailyBytes within a day are reported without other evidence. Default 4 MiB:
	// 25,000 questions or so.
	MinDailyBytes int64 `mapstructure:"min_daily_bytes"`
}

// DefaultEncryptedConfig returns the defaults.
func DefaultEncryptedConfig() EncryptedConfig {

	return EncryptedConfig{Enabled: true, MinBytes: 8 << 10, MinDailyBytes: 4 << 20}

}

// Validate names the key at fault.
func (c *EncryptedConfig) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if c.MinDailyBytes < c.MinBytes {
		return errors.New("min_daily_bytes: must be at least min_bytes")
	}
	return nil
}
