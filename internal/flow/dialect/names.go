package dialect

import "strings"

// maxText bounds a path and a user agent, in bytes, as internal/l7 does.
const maxText = 256

// domain is a host's name in lower case and without the root's dot; empty where
// it is none.
func domain(name string) string {
	name = strings.TrimSuffix(name, ".")
	if len(name) > maxName || strings.ContainsFunc(name, notInHostName) {
		return ""
	}
	return strings.ToLower(name)
}

func notInHostName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') &&
		r != '-' && r != '.' && r != '_' && r != ':' // of an IPv6 address
}
