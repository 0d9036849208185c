package indicator

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxName is a name's greatest length in bytes (RFC 1035 §2.3.4), without the
// dot of the root.
const maxName = 253

// parseDomain takes a name of two labels or more; a name of one label would list
// a whole top-level domain. Wildcards and a port are taken off.
func parseDomain(text string) (value, bool) {
	name := text
	if host, port, ok := strings.Cut(name, ":"); ok && isNumber(port) {
		name = host
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, "*"), ".")
	name = strings.TrimSuffix(name, ".")
	if !isASCII(name) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil || !utf8.ValidString(name) {
			return value{}, false
		}
		name = ascii
	}
	if !isDomain(name) {
		return value{}, false
	}
	return value{domain: strings.Clone(strings.ToLower(name))}, true
}

// isDomain says whether name could be a host's on the Internet. Underscores are
// not allowed there but are seen.
func isDomain(name string) bool {
	if len(name) > maxName || !strings.Contains(name, ".") {
		return false
	}
	label := ""
	for label = range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 || strings.IndexFunc(label, isOddInLabel) >= 0 {
			return false
		}
	}
	return !isNumber(label) // else it is an address that has gone wrong
}

func isOddInLabel(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		return false
	default:
		return true
	}
}

func isNumber(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
