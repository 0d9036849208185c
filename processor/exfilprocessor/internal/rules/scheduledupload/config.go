package scheduledupload

import (
	"errors"
	"time"
)

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBeats is the least number of uploads that keep a rhythm. Default 6.
	MinBeats int `mapstructure:"min_beats"`
	// MinBytes is the least usual size of one of them. Default 128 KiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinInterval is the least time between them. Default 5m: what comes more often
	// is telemetry.
	MinInterval time.Duration `mapstructure:"min_interval"`
	// MaxJitter is the largest mean deviation from the usual interval, relative to
	// it. Default 0.25: a timer that varies by 30 % has 0.15 to 0.2.
	MaxJitter float64 `mapstructure:"max_jitter"`
}

// mostBeats is how many beats the engine counts.
const mostBeats = 255

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBeats: 6, MinBytes: 128 << 10, MinInterval: 5 * time.Minute, MaxJitter: 0.25}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBeats < 3 || c.MinBeats > mostBeats {
		return errors.New("min_beats: must be from 3 to 255")
	}
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if c.MinInterval < time.Minute {
		return errors.New("min_interval: must be at least 1m")
	}
	if !(c.MaxJitter >= 0 && c.MaxJitter <= 1) {
		return errors.New("max_jitter: must be from 0 to 1")
	}
	return nil
}
