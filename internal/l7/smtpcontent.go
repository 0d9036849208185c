package l7

import "bytes"

// content counts a message as DATA transfers it, up to the line that is a dot
// alone. The dots that are put in front of lines (RFC 5321 §4.5.2) and the
// ending line do not count.
type content struct {
	size  int64
	state contentState
}

type contentState uint8

const (
	lineStart contentState = iota
	inLine
	afterCR
	afterDot
	afterDotCR
)

// read returns what follows the message's end, and whether that was seen.
func (c *content) read(p []byte) (rest []byte, ended bool) {
	for i := 0; i < len(p); {
		if c.state == inLine {
			end := bytes.IndexByte(p[i:], '\r')
			if end < 0 {
				c.size += int64(len(p) - i)
				return nil, false
			}
			c.size += int64(end + 1)
			i += end + 1
			c.state = afterCR
			continue
		}
		if c.state == afterDotCR && p[i] == '\n' {
			return p[i+1:], true
		}
		i += c.step(p[i])
	}
	return nil, false
}

// step takes a byte at a line's edge and returns how many it has used up.
func (c *content) step(b byte) int {
	switch {
	case c.state == afterDotCR: // the dot was stuffed, the line goes on
		c.state = afterCR
		c.size++
		return 0
	case c.state == lineStart && b == '.':
		c.state = afterDot
		return 1
	case c.state == afterDot && b == '\r':
		c.state = afterDotCR
		return 1
	case c.state == afterCR && b == '\n':
		c.state = lineStart
	case b == '\r':
		c.state = afterCR
	default:
		c.state = inLine
		return 0
	}
	c.size++
	return 1
}
