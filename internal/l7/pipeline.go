package l7

// NextRequest says where, counted from the start of a sample that Parse told as
// HTTP/1 requests, the next one begins: behind the content that the last of them
// declares, or where a later head begins that the sample cuts. False where nobody
// can know without reading on: the content's length is not declared.
func NextRequest(sample []byte) (at int64, known bool) {
	sample = sample[:min(len(sample), MaxSample)]
	for rest := sample; ; {
		begin := len(sample) - len(rest)
		r, behind, found := readRequest(rest)
		switch {
		case !found:
			return int64(begin), begin > 0 && beginsRequest(rest)
		case !r.whole:
			return int64(begin), begin > 0
		}
		next, more := r.body.skip(behind)
		if !more {
			end := int64(len(sample)-len(behind)) + r.body.size
			return end, !r.body.chunked && !r.body.invalid
		}
		rest = next
	}
}
