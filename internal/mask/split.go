package mask

import "strings"

// split cuts a script into words as a shell would, quotes taken off and
// nothing expanded; what separates commands is a word too. An unclosed quote
// runs to the end.
func split(script string) []string {
	var words []string
	script = strings.ReplaceAll(script, "\\\n", " ")
	for {
		script = strings.TrimLeft(script, " \t\r")
		if script == "" {
			return words
		}
		end := len(script) - len(strings.TrimLeft(script, separators))
		if end == 0 {
			end = wordEnd(script)
		}
		words = append(words, plainWord(script[:end]))
		script = script[end:]
	}
}

// separators stand between two commands of a script.
const separators = ";|&\n"

func isSeparator(word string) bool { return word != "" && strings.Trim(word, separators) == "" }

func wordEnd(script string) int {
	var quote byte
	for i := range len(script) {
		c := script[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte(" \t\n\r;|&", c) >= 0 && !inURL(script[:i], c):
			return i
		}
	}
	return len(script)
}

// inURL tells an unquoted "&" or ";" within a URL: masking the whole query is
// safer than splitting it as a shell would.
func inURL(word string, c byte) bool {
	return (c == '&' || c == ';') && strings.Contains(word, "://") && strings.Contains(word, "?")
}

// plainWord takes quotes off and writes a line's end as ";".
func plainWord(word string) string {
	if strings.Trim(word, "\n") == "" {
		return ";"
	}
	if !strings.ContainsAny(word, `"'`) {
		return word
	}
	return strings.NewReplacer(`"`, "", `'`, "").Replace(word)
}
