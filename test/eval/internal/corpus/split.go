package corpus

import (
	"errors"
	"strings"
)

// split cuts a line into fields at blanks. Blanks within double quotes do not
// cut; the quotes are left out. A field that begins with # ends the line.
func split(line string) ([]string, error) {
	var fields []string
	var field strings.Builder
	quoted, begun := false, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted, begun = !quoted, true
		case quoted:
			field.WriteRune(c)
		case c == '#' && !begun:
			return fields, nil
		case c == ' ' || c == '\t':
			if begun {
				fields = append(fields, field.String())
				field.Reset()
			}
			begun = false
		default:
			field.WriteRune(c)
			begun = true
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	if begun {
		fields = append(fields, field.String())
	}
	return fields, nil
}
