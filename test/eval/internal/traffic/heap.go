package traffic

// heap keeps streams by the time of what each does next; of those at the same
// time the first made goes first, so that the order is always the same.
type heap []*stream

func before(a, b *stream) bool { return a.due < b.due || a.due == b.due && a.number < b.number }

func (h heap) init() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

// down restores the order after the ith became later.
func (h heap) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if before(h[child], h[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
