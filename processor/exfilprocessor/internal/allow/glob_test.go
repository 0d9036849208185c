package allow

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true}, {"", "a", true}, {"a", "", false}, {"*", "", false}, {"*", "a/b", true},
		{"a", "a", true}, {"a", "ab", false}, {"a*", "a", true}, {"a*b", "axxb", true}, {"a*b", "axxbc", false},
		{"?", "ü", true}, {"??", "ü", false}, {"?", "\xff", true}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"**", "a", true}, {"*?", "a", true}, {"?*?", "a", false},
		{"*ab", "aab", true}, {"a[b]", "ab", false}, {"a[b]", "a[b]", true}, {`a\*`, "a*", false}, {`a\*`, `a\b`, true},
	} {
		g := newGlob(test.pattern)
		require.Equal(t, test.want, g.match(test.name), "%q of %q", test.pattern, test.name)
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b?", "aüb\xffb")
	f.Add("*?*", "日本")
	f.Add("**a*", "\xe6\x97a")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 40 || pattern == "" || name == "" {
			return
		}
		g := newGlob(pattern)
		got := g.match(name)
		if strings.ToValidUTF8(pattern, "") != pattern || strings.ToValidUTF8(name, "") != name {
			return // a regular expression takes no other
		}
		quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		if strings.Contains(pattern, `\`) {
			return // which QuoteMeta and the replacement would mix up
		}
		require.Equal(t, regexp.MustCompile(`(?s)^`+quoted+`$`).MatchString(name), got)
	})
}
