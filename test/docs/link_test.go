// Package docs keeps the documents true to the tree.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

var target = regexp.MustCompile(`\]\(([^)#\s]+)`)

func TestEveryRelativeLinkLeadsSomewhere(t *testing.T) {
	followed := 0
	for _, document := range markdown(t, distribution.Root(t)) {
		content, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, match := range target.FindAllStringSubmatch(string(content), -1) {
			if strings.Contains(match[1], ":") {
				continue // another host
			}
			followed++
			_, err := os.Stat(filepath.Join(filepath.Dir(document), match[1]))
			assert.NoError(t, err, document)
		}
	}
	assert.Positive(t, followed)
}

func markdown(t *testing.T, root string) []string {
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == ".git" || path == filepath.Join(root, "build")) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			found = append(found, path)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}
