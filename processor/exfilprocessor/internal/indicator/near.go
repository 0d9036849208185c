package indicator

// near says of most addresses, with one look at memory, that no network of any
// file is near them: a bit for each /24 of IPv4 that a listed network touches. Two
// mebibytes, or nothing where no IPv4 network is listed.
type near []uint64

const nearWords = 1 << 24 / 64

func newNear(indexes []*index) near {
	var n near
	for _, x := range indexes {
		for i, s := range x.networks.spans4.list {
			if s.at == 0 {
				continue
			}
			if n == nil {
				n = make(near, nearWords)
			}
			last := ^uint32(0)
			if spans := x.networks.spans4.list; i+1 < len(spans) {
				last = spans[i+1].first - 1
			}
			n.mark(s.first>>8, last>>8)
		}
	}
	return n
}

func (n near) mark(first, last uint32) {
	for ; first <= last; first++ {
		n[first/64] |= 1 << (first % 64)
	}
}

func (n near) has(four uint32) bool {
	at := four >> 8
	return n != nil && n[at/64]&(1<<(at%64)) != 0
}
