package ftpupload

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is how much a session must send on its data channels before it is
	// reported. Default 64 KiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinRatio is the least producer/consumer ratio, (sent-received)/(sent+received)
	// from -1 to 1, of a session whose commands are encrypted. Default 0.5.
	MinRatio float64 `mapstructure:"min_ratio"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config { return Config{Enabled: true, MinBytes: 64 << 10, MinRatio: 0.5} }

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if !(c.MinRatio >= -1 && c.MinRatio < 1) {
		return errors.New("min_ratio: must be at least -1 and less than 1")
	}
	return nil
}
