package chunkedupload

import "errors"

// Config of the rule.
type Config struct {
	// Enabled turns the rule on. Default true.
	Enabled bool `mapstructure:"enabled"`
	// MinCount is the least number of transfers of nearly one size. Default 8.
	MinCount int `mapstructure:"min_count"`
	// MinChunkBytes is the least size of one of them. Default 32 KiB.
	MinChunkBytes int64 `mapstructure:"min_chunk_bytes"`
	// MinBytes is the least size of all of them together. Default 4 MiB.
	MinBytes int64 `mapstructure:"min_bytes"`
	// MaxVariation is the largest coefficient of variation, standard deviation over
	// mean, of sizes that count as one. Default 0.05, at most 0.1.
	MaxVariation float64 `mapstructure:"max_variation"`
}

// mostCount is how many transfers the engine counts.
const mostCount = 255

// mostVariation is how unlike the sizes are that the engine takes together.
const mostVariation = 0.1

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	return Config{Enabled: true, MinCount: 8, MinChunkBytes: 32 << 10, MinBytes: 4 << 20, MaxVariation: 0.05}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.MinCount < 3 || c.MinCount > mostCount {
		return errors.New("min_count: must be from 3 to 255")
	}
	if c.MinChunkBytes <= 0 {
		return errors.New("min_chunk_bytes: must be positive")
	}
	if c.MinBytes <= 0 {
		return errors.New("min_bytes: must be positive")
	}
	if !(c.MaxVariation >= 0 && c.MaxVariation <= mostVariation) {
		return errors.New("max_variation: must be from 0 to 0.1")
	}
	return nil
}
