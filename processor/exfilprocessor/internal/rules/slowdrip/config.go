package slowdrip

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is the least volume of a day to one destination that is reported by
	// itself. Default 512 MiB. Over an hour it is a twelfth of that, over a week three
	// times that.
	MinBytes int64 `mapstructure:"min_bytes"`
	// SuspectBytes is the least volume of a day that counts together with what other
	// rules find. Default 8 MiB.
	SuspectBytes int64 `mapstructure:"suspect_bytes"`
	// MinRatio is the least producer/consumer ratio, (sent-received)/(sent+received)
	// from -1 to 1, over a day. Default 0.5: three bytes out for one in.
	MinRatio float64 `mapstructure:"min_ratio"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBytes: 512 << 20, SuspectBytes: 8 << 20, MinRatio: 0.5}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if !(c.SuspectBytes > 0 && c.SuspectBytes <= c.MinBytes) {
		return errors.New("suspect_bytes: must be positive and at most min_bytes")
	}
	if !(c.MinRatio >= -1 && c.MinRatio < 1) {
		return errors.New("min_ratio: must be at least -1 and less than 1")
	}
	return nil
}
