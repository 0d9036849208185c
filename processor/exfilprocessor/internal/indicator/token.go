package indicator

import "strings"

// tokenizer cuts a STIX pattern into brackets, operators, words and strings.
type tokenizer struct {
	rest string
	err  error
}

const brackets = "[](),"

// next gives the next token, or "" at the end or after an error. A string is
// given unescaped, with its opening quote and without the closing one.
func (t *tokenizer) next() string {
	t.rest = strings.TrimLeft(t.rest, " \t\r\n")
	if t.rest == "" {
		return ""
	}
	switch c := t.rest[0]; {
	case c == '\'':
		return t.text()
	case strings.IndexByte(brackets, c) >= 0:
		return t.cut(1)
	case strings.IndexByte("=<>!", c) >= 0:
		return t.cut(run(t.rest, isOperator))
	default:
		return t.word()
	}
}

func (t *tokenizer) cut(n int) string {
	token := t.rest[:n]
	t.rest = t.rest[n:]
	return token
}

// word reads a keyword, number or object path. A path may hold quoted keys and
// indices: file:hashes.'SHA-256', x:list[*].
func (t *tokenizer) word() string {
	n := 0
	for n < len(t.rest) && isInWord(t.rest[n]) {
		n++
		if n == len(t.rest) || !isPathPart(t.rest[n-1:n+1]) {
			continue
		}
		last := byte(']')
		if t.rest[n] == '\'' {
			last = '\''
		}
		end := strings.IndexByte(t.rest[n+1:], last)
		if end < 0 {
			return t.fail()
		}
		n += end + 2
	}
	if n == 0 {
		return t.fail()
	}
	return t.cut(n)
}

// isPathPart says whether a character of a path and the next one begin a quoted
// key or an index.
func isPathPart(pair string) bool {
	before, at := pair[0], pair[1]
	return at == '\'' && (before == '.' || before == ':') || at == '['
}

func (t *tokenizer) text() string {
	var text strings.Builder
	for i := 0; i < len(t.rest); i++ {
		switch c := t.rest[i]; {
		case c == '\\' && i+1 < len(t.rest):
			i++
			text.WriteByte(t.rest[i])
		case c == '\'' && i > 0:
			t.rest = t.rest[i+1:]
			return text.String()
		default:
			text.WriteByte(c)
		}
	}
	return t.fail()
}

func (t *tokenizer) fail() string {
	t.rest, t.err = "", errPattern
	return ""
}

func run(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func isOperator(c byte) bool { return strings.IndexByte("=<>!", c) >= 0 }

func isInWord(c byte) bool {
	return c > ' ' && c != '\'' && strings.IndexByte(brackets, c) < 0 && !isOperator(c)
}

// isWord says whether a token is a keyword, number or path.
func isWord(token string) bool { return token != "" && isInWord(token[0]) }
