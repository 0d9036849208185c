package mask

import (
	"strings"
	"unicode"
)

// isSecretName tells whether an option, variable, header or field of that name
// carries a secret: --ftp-password, AWS_SECRET_ACCESS_KEY, X-Api-Key, authToken.
func isSecretName(name string) bool {
	name = plainName(name)
	if name == "" || name == "pwd" || name == "oldpwd" || strings.HasPrefix(name, "no_") || namesAPlace(name) {
		return false
	}
	for _, part := range [...]string{"password", "passwd", "passphrase", "secret", "credential", "authorization", "cookie"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	for _, end := range [...]string{"pass", "pwd", "token", "key", "auth", "bearer", "jwt", "session", "sessionid", "signature", "apikey", "pw"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// namesAPlace tells options that say where a secret is, or that it comes by
// standard input: their values are evidence, not secrets.
func namesAPlace(name string) bool {
	for _, end := range [...]string{"_file", "_path", "_dir", "_stdin", "_url", "_command"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// maxName bounds what is looked at of a name: its end.
const maxName = 64

// plainName lowers name, takes its leading dashes and quotes off and writes "_"
// for "-" and ".".
func plainName(name string) string {
	name = strings.Trim(name[max(0, len(name)-maxName):], `-"'{}[](),$ `+"`")
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return '_'
		}
		return unicode.ToLower(r)
	}, name)
}

// optionKind says what an option's value is.
type optionKind uint8

const (
	plainOption    optionKind = iota
	secretOption              // the value is a secret
	accountOption             // a user's name and password
	perhapsAccount            // the same where ":", "," or "%" divides it
	headerOption              // an HTTP header line
	payloadOption             // data to send; "@file" is evidence and stays
)

// longKind tells a long option by its name without dashes.
func longKind(name string) optionKind {
	name = plainName(name)
	switch {
	case name == "user" || name == "proxy_user":
		return accountOption
	case name == "username" || name == "login":
		return perhapsAccount
	case name == "header" || name == "proxy_header" || name == "headers":
		return headerOption
	case name == "json" || name == "url_query" || name == "post_data" || name == "body_data",
		name == "data" || strings.HasPrefix(name, "data_"),
		name == "form" || strings.HasPrefix(name, "form_"):
		return payloadOption
	case name == "cert" || name == "proxy_cert" || name == "oauth2_bearer" || name == "cookie":
		return secretOption
	case isSecretName(name):
		return secretOption
	}
	return plainOption
}
