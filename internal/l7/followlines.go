package l7

import "bytes"

// lines cuts one direction's bytes into lines, wherever segments split them. Of
// an unfinished line it holds maxCommand bytes; what a line has beyond is lost.
type lines struct {
	held []byte
	torn bool // the line's beginning is missing
}

// next returns the first line that ends in segment, without its end, and what
// follows. The line is valid until the next call.
func (l *lines) next(segment []byte) (line, rest []byte, found bool) {
	for {
		end := bytes.IndexByte(segment, '\n')
		if end < 0 {
			l.hold(segment)
			return nil, nil, false
		}
		line, rest = segment[:end], segment[end+1:]
		if len(l.held) > 0 {
			l.hold(line)
			line, l.held = l.held, l.held[:0]
		}
		if !l.torn {
			return bytes.TrimSuffix(line, []byte("\r")), rest, true
		}
		l.torn = false
		segment = rest
	}
}

func (l *lines) hold(part []byte) {
	l.held = append(l.held, part[:min(len(part), maxCommand-len(l.held))]...)
}

// between says that no line has begun.
func (l *lines) between() bool { return len(l.held) == 0 }

// tear forgets the line that a gap goes through.
func (l *lines) tear() { l.held, l.torn = l.held[:0], true }
