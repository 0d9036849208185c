package fanout

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is the least volume within the window that a workload sends to
	// destinations that are not customary. Default 24 MiB; within a day, eight times
	// that.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinDestinations is over how many of them at the least. Default 8; within a day,
	// four times that.
	MinDestinations int `mapstructure:"min_destinations"`
	// MinBytesEach is the least mean volume of one of them. Default 128 KiB: mail and
	// webhooks are smaller.
	MinBytesEach int64 `mapstructure:"min_bytes_each"`
	// MinRatio is the least producer/consumer ratio, (sent-received)/(sent+received)
	// from -1 to 1. Default 0.5: three bytes out for one in.
	MinRatio float64 `mapstructure:"min_ratio"`
}

// mostDestinations is how many the engine tells apart.
const mostDestinations = 200

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBytes: 24 << 20, MinDestinations: 8, MinBytesEach: 128 << 10, MinRatio: 0.5}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 || c.MinBytes > 1<<56 {
		return errors.New("min_bytes: must be positive, and at most 64 PiB")
	}
	if c.MinDestinations < 2 || c.MinDestinations > mostDestinations {
		return errors.New("min_destinations: must be from 2 to 200")
	}
	if c.MinBytesEach < 0 {
		return errors.New("min_bytes_each: must not be negative")
	}
	if !(c.MinRatio >= -1 && c.MinRatio < 1) {
		return errors.New("min_ratio: must be at least -1 and less than 1")
	}
	return nil
}
