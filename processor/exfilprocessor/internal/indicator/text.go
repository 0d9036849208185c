package indicator

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// lineFunc reads one line that is neither empty nor a comment.
type lineFunc func(line string, number int) error

// readText reads plain and CSV files. A file that does not say what it is by its
// ending is CSV if its first line has a comma.
func readText(r *bufio.Reader, csv bool, b *builder) error {
	b.format = Plain
	var parse lineFunc
	comment := ""
	for number := 1; ; number++ {
		line, err := nextLine(r, b.limits.line, number)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if line == "" {
			continue
		}
		if isComment(line) {
			comment = line
			continue
		}
		if parse == nil {
			bare, _ := cutComment(line)
			parse = chooseText(csv || strings.Contains(bare, ","), comment, line, b)
		}
		if err := parse(line, number); err != nil {
			return err
		}
	}
}

func chooseText(csv bool, comment, first string, b *builder) lineFunc {
	if !csv {
		return func(line string, number int) error { return plainLine(line, number, b) }
	}
	b.format = CSV
	table := newCSV(comment, first)
	return func(line string, number int) error { return table.row(line, number, b) }
}

// nextLine gives a line without its end and surrounding space.
func nextLine(r *bufio.Reader, limit, number int) (string, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > limit {
		return "", &LimitError{What: "line length", Max: int64(limit), Unit: "bytes", Line: number}
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return "", err
	}
	return strings.TrimSpace(string(line)), nil
}

func isComment(line string) bool {
	return line[0] == '#' || line[0] == ';' || strings.HasPrefix(line, "//")
}

// cutComment splits a line at a comment that follows white space.
func cutComment(line string) (bare, comment string) {
	for i := 1; i < len(line); i++ {
		if (line[i] == '#' || line[i] == ';') && (line[i-1] == ' ' || line[i-1] == '\t') {
			return strings.TrimSpace(line[:i]), strings.TrimLeft(line[i:], "#; \t")
		}
	}
	return line, ""
}
