package indicator

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfig(t *testing.T) {
	for want, files := range map[string][]string{
		"files[1]: must name a file":        {"a", ""},
		`files[2]: "./a" is files[0] again`: {"a", "b", "./a"},
		"files: at most 16, not 17":         make([]string, 17),
	} {
		cfg := Config{Files: files}
		require.EqualError(t, cfg.Validate(), want)
	}
	require.NoError(t, (&Config{}).Validate())
}
