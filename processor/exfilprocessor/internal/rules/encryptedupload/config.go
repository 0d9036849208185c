package encryptedupload

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is the least volume reported that a workload sends encrypted to one
	// destination within the window. Default 10 MiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinRatio is the least producer/consumer ratio, (sent-received)/(sent+received)
	// from -1 to 1. Default 0.5: three bytes out for one in.
	MinRatio float64 `mapstructure:"min_ratio"`
	// DisguiseMinBytes is the least volume reported that is sent to a port whose
	// service speaks otherwise, over about an hour. Default 256 KiB.
	DisguiseMinBytes int64 `mapstructure:"disguise_min_bytes"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBytes: 10 << 20, MinRatio: 0.5, DisguiseMinBytes: 256 << 10}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if !(c.MinRatio >= -1 && c.MinRatio < 1) {
		return errors.New("min_ratio: must be at least -1 and less than 1")
	}
	if c.DisguiseMinBytes <= 0 {
		return errors.New("disguise_min_bytes: must be positive")
	}
	return nil
}
