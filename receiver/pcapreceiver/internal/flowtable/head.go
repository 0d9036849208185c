package flowtable

const (
	mostHead  = 16 << 10 // bytes put together of one turn
	mostHeads = 4096     // at a time, all flows together
	mostRuns  = 8        // pieces with holes between them
	// mostParses is how often a head is looked at as it grows piece by piece, and
	// mostLines how often at the ends of lines; past that, only when it has doubled.
	mostParses = 32
	mostLines  = 256
)

// head is the beginning of a turn that does not fit into one segment: bytes by
// their place, of those that come twice the first.
type head struct {
	start  uint32 // the sequence number of its first byte
	bytes  []byte
	runs   []run
	parses int
	parsed int // bytes looked at last
	// request says that they were part of one of HTTP's.
	request bool
}

// run is a stretch of bytes that have come.
type run struct{ from, to int }

// pool is the heads in use, and those that may be used again.
type pool struct {
	used int
	free []*head
}

// get is a head that begins at a number; nil where there are too many.
func (p *pool) get(start uint32) *head {
	if p.used >= mostHeads {
		return nil
	}
	p.used++
	h := &head{}
	if n := len(p.free); n > 0 {
		h, p.free = p.free[n-1], p.free[:n-1]
	}
	*h = head{start: start, bytes: h.bytes[:0], runs: h.runs[:0]}
	return h
}

func (p *pool) put(h *head) {
	p.used--
	const keep = 64
	if len(p.free) < keep {
		p.free = append(p.free, h)
	}
}

// add places a segment's payload. What continues that without a hole counts before what
// came ahead of it, as for a receiver (Linux, BSD); else of bytes that come twice the first.
func (h *head) add(seq uint32, payload []byte) {
	at := int(int32(seq - h.start))
	if at < 0 {
		payload = payload[min(-at, len(payload)):]
		at = 0
	}
	if at >= mostHead || len(payload) == 0 {
		return
	}
	payload = payload[:min(len(payload), mostHead-at)]
	to := at + len(payload)
	if to > len(h.bytes) {
		h.bytes = append(h.bytes, make([]byte, to-len(h.bytes))...)
	}
	from := at
	if front := h.length(); at <= front {
		h.fill(front, to, at, payload)
	} else {
		for _, r := range h.runs { // in order
			h.fill(from, min(r.from, to), at, payload)
			from = max(from, r.to)
		}
		h.fill(from, to, at, payload)
	}
	h.merge(run{at, to})
}

// fill copies the bytes from..to out of a payload that begins at a place.
func (h *head) fill(from, to, at int, payload []byte) {
	if from < to {
		copy(h.bytes[from:to], payload[from-at:to-at])
	}
}

// merge notes a run. One hole too many, and what is behind it is forgotten.
func (h *head) merge(add run) {
	var out []run
	placed := false
	for _, r := range h.runs {
		switch {
		case r.to < add.from:
			out = append(out, r)
		case add.to < r.from:
			if !placed {
				out, placed = append(out, add), true
			}
			out = append(out, r)
		default:
			add = run{min(add.from, r.from), max(add.to, r.to)}
		}
	}
	if !placed {
		out = append(out, add)
	}
	h.runs = out[:min(len(out), mostRuns)]
}

// whole is the bytes from the start on without a hole.
func (h *head) whole() []byte { return h.bytes[:h.length()] }

func (h *head) length() int {
	if len(h.runs) == 0 || h.runs[0].from != 0 {
		return 0
	}
	return h.runs[0].to
}

// contiguous says that there is a beginning, and no hole behind it.
func (h *head) contiguous() bool { return h.length() == len(h.bytes) && len(h.bytes) > 0 }

// forget lets go of the first n bytes, which have come.
func (h *head) forget(n int) {
	h.start += uint32(n)
	h.bytes = h.bytes[:copy(h.bytes, h.bytes[n:])]
	h.runs = h.runs[:copy(h.runs, h.runs[1:])]
	for i := range h.runs {
		h.runs[i].from -= n
		h.runs[i].to -= n
	}
}

// best is what can be read of a head that will not be whole.
func (h *head) best() []byte {
	if len(h.runs) == 0 {
		return nil
	}
	return h.bytes[h.runs[0].from:h.runs[0].to]
}

func (h *head) full() bool { return h.length() >= mostHead }

// due says that it has grown enough to be looked at again, and notes that it is.
func (h *head) due() bool {
	n := h.length()
	line := n > 0 && h.bytes[n-1] == '\n' && h.parses < mostLines
	if n <= h.parsed || h.parses >= mostParses && n < 2*h.parsed && !line {
		return false
	}
	h.parses++
	h.parsed = n
	return true
}
