package filter

import "strings"

// word is a token and where it begins.
type word struct {
	text   string // empty at the end
	offset int
}

func (w word) refuse(reason string) error {
	return &SyntaxError{Word: w.text, Offset: w.offset, Reason: reason}
}

// signs are operators that need no space around them, longest first.
var signs = [...]string{"&&", "||", "(", ")", "!"}

// isWord says whether a byte belongs to names, numbers and addresses.
func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(`._:/-\`, c) >= 0
}

// split takes an expression apart. The last word is empty.
func split(expression string) ([]word, error) {
	if len(expression) > mostText {
		return nil, &SyntaxError{Word: expression[:20], Reason: "an expression of more than 64 KiB"}
	}
	var words []word
	for i := 0; i < len(expression); {
		length := signAt(expression[i:])
		switch {
		case strings.IndexByte(" \t\r\n", expression[i]) >= 0:
			i++
			continue
		case length > 0:
		case isWord(expression[i]):
			for i+length < len(expression) && isWord(expression[i+length]) {
				length++
			}
		default:
			return nil, word{expression[i:][:1], i}.refuse("not understood; byte and arithmetic expressions are not supported")
		}
		words = append(words, word{expression[i : i+length], i})
		i += length
	}
	return append(words, word{"", len(expression)}), nil
}

// signAt is the length of the sign that a text begins with.
func signAt(text string) int {
	for _, s := range signs {
		if strings.HasPrefix(text, s) {
			return len(s)
		}
	}
	return 0
}
