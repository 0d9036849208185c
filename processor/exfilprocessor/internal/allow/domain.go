package allow

import (
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// domain is a name in lower case without the final dot.
type domain struct {
	name  string
	below bool // any name below it, rather than itself
}

func parseDomain(text string) (domain, error) {
	rest, below := strings.CutPrefix(text, "*.")
	d := domain{name: strings.ToLower(strings.TrimSuffix(rest, ".")), below: below}
	if !isHostName(d.name) {
		return domain{}, fmt.Errorf("%q is neither a domain name nor \"*.\" and one", text)
	}
	if suffix, icann := publicsuffix.PublicSuffix(d.name); below && icann && suffix == d.name {
		return domain{}, fmt.Errorf("%q is everybody's: names below %s are open to registration", text, d.name)
	}
	return d, nil
}

// maxHostName is the longest name in text form (RFC 1035 §2.3.4).
const maxHostName = 253

// isHostName is about letters, digits, - and _ between dots; names in other
// scripts are in punycode on the wire, and are here.
func isHostName(s string) bool {
	if len(s) > maxHostName {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.TrimFunc(label, isHostRune) != "" {
			return false
		}
	}
	return true
}

func isHostRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_'
}

// match compares without regard to case and to a final dot.
func (d *domain) match(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if !d.below {
		return equalFold(name, d.name)
	}
	at := len(name) - len(d.name)
	return at >= 2 && name[at-1] == '.' && equalFold(name[at:], d.name)
}

// equalFold wants lower in lower case. Only ASCII letters have another case in a
// domain name (RFC 4343).
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	if s == lower {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
