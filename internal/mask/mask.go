// Package mask takes secrets out of text before a record exists: process
// command lines, URLs and URL paths. When in doubt it masks too much.
//
// Every function is pure, its output is valid UTF-8 without control
// characters, and its cost is bounded by its input or by a constant.
package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden stands where a secret stood, whatever its length.
const hidden = "****"

// maxNesting bounds scripts within scripts (sh -c "ssh h 'curl …'") and URLs
// within URLs.
const maxNesting = 3

// Printable returns at most limit bytes of s as valid UTF-8. What does not
// print (control characters, bidirectional overrides, broken encoding) becomes
// U+FFFD, so that a hostile name can neither break a log line nor reorder it.
func Printable[T ~string | ~[]byte](s T, limit int) string {
	if len(s) <= limit && isPlain(s) {
		return string(s)
	}
	return replaceUnprintable(string(s[:min(len(s), limit)]), limit)
}

func isPlain[T ~string | ~[]byte](s T) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func replaceUnprintable(s string, limit int) string {
	var out strings.Builder
	out.Grow(len(s))
	for _, r := range s {
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		if out.Len()+utf8.RuneLen(r) > limit {
			break
		}
		out.WriteRune(r)
	}
	return out.String()
}
