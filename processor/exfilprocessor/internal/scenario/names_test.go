package scenario

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewNames(t *testing.T) {
	n := newNames{domain: "t.evil.example", length: 150}
	require.NoError(t, n.check())
	seen := map[string]bool{}
	for i := range 100 {
		name := n.nth(i)
		require.Equal(t, name, n.nth(i))
		require.False(t, seen[name])
		seen[name] = true
		below, ok := strings.CutSuffix(name, ".t.evil.example")
		require.True(t, ok)
		require.Len(t, strings.ReplaceAll(below, ".", ""), 150)
		for label := range strings.SplitSeq(name, ".") {
			require.LessOrEqual(t, len(label), labelMost)
		}
	}
	for _, bad := range []newNames{{domain: "a.example"}, {length: 5}, {domain: "a.example", length: 300}, {domain: "a.example", length: -1}} {
		require.Error(t, bad.check())
	}
	require.NoError(t, (&newNames{}).check())
}
