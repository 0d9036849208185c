package capture

import (
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
)

// candidate is a file with what decides its turn.
type candidate struct {
	path string
	// time is its first packet's, or else when it was last written; ns since the epoch.
	time int64
	// empty says that there is no packet yet.
	empty bool
	// changed is when it was last written.
	changed int64
}

func (c candidate) compare(d candidate) int {
	return cmp.Or(cmp.Compare(c.time, d.time), compareNatural(c.path, d.path))
}

// byTime orders files by their first packets.
func byTime(paths []string) {
	order := make([]candidate, 0, len(paths))
	buffer := make([]byte, windowSize)
	for _, p := range paths {
		order = append(order, begin(p, buffer))
	}
	slices.SortFunc(order, candidate.compare)
	for i, c := range order {
		paths[i] = c.path
	}
}

// glance is how far into a file the first packet may be, in bytes.
const glance = 4 << 20

// begin looks at a file's first packet. What is no capture has time 0, so that it never
// counts as the newest.
func begin(path string, buffer []byte) candidate {
	c := candidate{path: path}
	file, err := os.Open(path)
	if err != nil {
		return c
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return c
	}
	c.changed = info.ModTime().UnixNano()
	c.time, c.empty = c.changed, true
	if info.Size() == 0 {
		return c
	}
	in, err := newInput(path, io.LimitReader(file, glance), buffer, 0)
	if err != nil {
		var format *FormatError
		if errors.As(err, &format) {
			c.time, c.empty = 0, false
		}
		return c
	}
	defer in.release()
	var f Frame
	if in.next(&f) == nil {
		c.empty = false
		if f.Time > earliest {
			c.time = f.Time
		}
	}
	return c
}

// compareNatural orders names with the numbers in them as numbers, so that what
// tcpdump -C calls cap2 comes before cap10.
func compareNatural(a, b string) int {
	left, right := a, b
	for left != "" && right != "" {
		n, m := digits(left), digits(right)
		if n > 0 && m > 0 {
			x, y := strings.TrimLeft(left[:n], "0"), strings.TrimLeft(right[:m], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			left, right = left[n:], right[m:]
			continue
		}
		if left[0] != right[0] {
			return cmp.Compare(left[0], right[0])
		}
		left, right = left[1:], right[1:]
	}
	return cmp.Or(cmp.Compare(len(left), len(right)), cmp.Compare(a, b))
}

// digits is how many a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}
