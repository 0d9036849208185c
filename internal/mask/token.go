package mask

import "strings"

// tokenPrefixes begin credentials that tell themselves by their form, whatever
// option carries them.
var tokenPrefixes = [...]string{
	"AKIA", "ASIA", // AWS access key ids
	"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
	"glpat-", "xoxb-", "xoxp-", "xoxa-", "xoxs-", "xapp-",
	"sk-", "sk_live_", "rk_live_", "AIza", "ya29.", "npm_", "hvs.", "dckr_pat_",
	"eyJ", // a JSON Web Token begins with {"
	"-----BEGIN",
}

// minToken is the least length of a token with its prefix: shorter words that
// merely begin alike stay readable.
const minToken = 16

// Tokens hides every credential in s that is known by its form.
func Tokens(s string) string {
	if isAWSSecret(s) {
		return hidden
	}
	start := tokenStart(s)
	if start < 0 {
		return s
	}
	var out strings.Builder
	for start >= 0 {
		out.WriteString(s[:start])
		out.WriteString(hidden)
		s = s[start+tokenLength(s[start:]):]
		start = tokenStart(s)
	}
	out.WriteString(s)
	return out.String()
}

// tokenStart is where the first credential begins, or -1.
func tokenStart(s string) int {
	for i := 0; i+minToken <= len(s); i++ {
		if i > 0 && isTokenByte(s[i-1]) {
			continue
		}
		for _, prefix := range tokenPrefixes {
			if strings.HasPrefix(s[i:], prefix) && tokenLength(s[i:]) >= minToken {
				return i
			}
		}
	}
	return -1
}

// isAWSSecret tells a secret access key: 40 characters of base64. A SHA-1 in
// hexadecimal has no capital letters, a path begins with a slash.
func isAWSSecret(s string) bool {
	if len(s) != 40 || s[0] == '/' {
		return false
	}
	var capital, small, digit bool
	for i := range len(s) {
		c := s[i]
		capital = capital || c >= 'A' && c <= 'Z'
		small = small || c >= 'a' && c <= 'z'
		digit = digit || c >= '0' && c <= '9'
		if c == '_' || !isTokenByte(c) && c != '/' && c != '+' {
			return false
		}
	}
	return capital && small && digit
}

func tokenLength(s string) int {
	for i := range len(s) {
		if c := s[i]; !isTokenByte(c) && c != '.' && c != '-' && c != '+' {
			return i
		}
	}
	return len(s)
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
