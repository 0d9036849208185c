package l7

import "bytes"

// lines cuts one direction's bytes into lines, wherever segments split them. Of
// an unfinished line it holds maxCommand bytes; what a line has beyond is lost.
type lines struct{ held []byte }

// next returns the first line that ends in segment, without its end, and what
// follows. The line is valid until the next call.
func (l *lines) next(segment []byte) (line, rest []byte, found bool) {
	end := bytes.IndexByte(segment, '\n')
	if end < 0 {
		l.hold(segment)
		return nil, nil, false
	}
	line = segment[:end]
	if len(l.held) > 0 {
		l.hold(line)
		line, l.held = l.held, l.held[:0]
	}
	return bytes.TrimSuffix(line, []byte("\r")), segment[end+1:], true
}

func (l *lines) hold(part []byte) {
	l.held = append(l.held, part[:min(len(part), maxCommand-len(l.held))]...)
}

// between says that no line has begun.
func (l *lines) between() bool { return len(l.held) == 0 }

// tear forgets the line that a gap begins in. What follows the gap is taken for
// a line's beginning: it is a segment's.
func (l *lines) tear() { l.held = l.held[:0] }
