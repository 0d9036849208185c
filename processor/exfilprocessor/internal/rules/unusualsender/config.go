package unusualsender

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is the least volume that a new process must send to a destination, or
	// that must be sent to a new destination. Default 1 MiB.
	MinBytes int64 `mapstructure:"min_bytes"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config { return Config{Enabled: true, MinBytes: 1 << 20} }

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	return nil
}
