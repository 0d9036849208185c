package indicator

// query is a name to look up, in lower case and without the dot at its end.
type query struct {
	text   [maxName]byte
	length int
	labels int
}

func (q *query) set(name string) bool {
	if n := len(name); n > 0 && name[n-1] == '.' {
		name = name[:n-1]
	}
	if len(name) == 0 || len(name) > maxName {
		return false
	}
	q.length = len(name)
	q.labels = 1
	for i := range len(name) {
		c := name[i]
		if c == '.' {
			q.labels++
		} else if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		q.text[i] = c
	}
	return true
}

// ending is the last labels of the name, at most so many.
func (q *query) ending(most int) (rest []byte, labels int) {
	rest = q.text[:q.length]
	for labels = q.labels; labels > most && labels > 1; labels-- {
		rest = cutLabel(rest)
	}
	return rest, labels
}

// cutLabel takes the first label off.
func cutLabel(domain []byte) []byte {
	for i, c := range domain {
		if c == '.' {
			return domain[i+1:]
		}
	}
	return nil
}
