package allow

import (
	"strings"
	"unicode/utf8"
)

// glob is a pattern in which * stands for any characters, also none, and ? for
// exactly one. The empty glob is one that was not given.
type glob struct {
	pattern string
	wild    bool
}

func newGlob(pattern string) glob {
	return glob{pattern: pattern, wild: strings.ContainsAny(pattern, "*?")}
}

// match says yes to everything if the pattern was not given, and otherwise no to
// what has no name.
func (g *glob) match(name string) bool { return g.pattern == "" || g.given(name) }

func (g *glob) given(name string) bool {
	if !g.wild {
		return g.pattern == name
	}
	return name != "" && matchWild(g.pattern, name)
}

// matchWild goes back to the last * only, which is enough: what an earlier one
// might take besides, the last one can take too.
func matchWild(pattern, name string) bool {
	p, n := 0, 0
	star, from := -1, 0
	for n < len(name) {
		_, width := utf8.DecodeRuneInString(name[n:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			n += width
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			_, width = utf8.DecodeRuneInString(name[from:])
			from += width
			p, n = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
