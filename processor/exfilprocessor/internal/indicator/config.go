package indicator

import (
	"fmt"
	"path/filepath"
)

// maxFiles bounds what one look-up costs: each file has an index of its own.
const maxFiles = 16

// Config names the lists.
type Config struct {
	// Files hold indicators: plain text, CSV or STIX 2.1 bundles. Default none.
	Files []string `mapstructure:"files"`
}

// Validate names the key at fault. It does not look at the files.
func (c *Config) Validate() error {
	if len(c.Files) > maxFiles {
		return fmt.Errorf("files: at most %d, not %d", maxFiles, len(c.Files))
	}
	seen := make(map[string]int, len(c.Files))
	for i, path := range c.Files {
		if path == "" {
			return fmt.Errorf("files[%d]: must name a file", i)
		}
		clean := filepath.Clean(path)
		if first, ok := seen[clean]; ok {
			return fmt.Errorf("files[%d]: %q is files[%d] again", i, path, first)
		}
		seen[clean] = i
	}
	return nil
}
