package icmptunnel

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinBytes is how much must be sent within an hour, to one outside destination, in
	// packets that no ordinary ping sends. Default 64 KiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MinDailyBytes is the same within a day. Default 1 MiB.
	MinDailyBytes int64 `mapstructure:"min_daily_bytes"`
	// OrdinaryPacket is the largest payload of an ordinary ping, on average. Default
	// 128 bytes: ping sends 56, and NetFlow counts 28 bytes of headers with them.
	OrdinaryPacket int64 `mapstructure:"ordinary_packet"`
	// OrdinaryMinBytes is how much must be sent within an hour in packets as an ordinary
	// ping sends. Default 2 MiB: ten a second.
	OrdinaryMinBytes int64 `mapstructure:"ordinary_min_bytes"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinBytes: 64 << 10, MinDailyBytes: 1 << 20, OrdinaryPacket: 128, OrdinaryMinBytes: 2 << 20}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if c.MinDailyBytes < c.MinBytes {
		return errors.New("min_daily_bytes: must be at least min_bytes")
	}
	if c.OrdinaryPacket <= 0 {
		return errors.New("ordinary_packet: must be positive")
	}
	if c.OrdinaryMinBytes < c.MinBytes {
		return errors.New("ordinary_min_bytes: must be at least min_bytes")
	}
	return nil
}
