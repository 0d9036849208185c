// Package eval_test scores detection over the labelled corpus. See README.md.
package eval_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

func load(t *testing.T) []corpus.Scenario {
	t.Helper()
	scenarios, err := corpus.Load(os.DirFS("corpus"))
	require.NoError(t, err)
	return scenarios
}

// indicators has the processor read the corpus's list of indicators.
func indicators(t *testing.T) arena.Section {
	t.Helper()
	path, err := filepath.Abs("indicators.txt")
	require.NoError(t, err)
	return arena.Section{
		Name: "indicators",
		YAML: fmt.Sprintf("indicators: {files: [%q]}\n", path),
	}
}
