package engine

import "math"

// quarters is how many steps a window slides in: it covers between three
// quarters of its length and all of it.
const quarters = 4

// Volume is what went between a workload and one destination.
type Volume struct {
	// Sent went over flows that the workload opened, or whose beginning was not
	// seen; Served over those that the peer opened. Received came back on either.
	Sent, Served, Received int64
	// Unanswered says that the source tells the two directions of a flow apart, and
	// nothing yet of what came back.
	Unanswered bool
}

// Ratio is the producer/consumer ratio (S−R)/(S+R): 1 only sends, −1 only
// receives. It is 0 while there is no answer: half a download is no upload.
func (v Volume) Ratio() float64 {
	if v.Unanswered {
		return 0
	}
	s, r := float64(v.Sent)+float64(v.Served), float64(v.Received)
	if s+r == 0 {
		return 0
	}
	return (s - r) / (s + r)
}

// window sums volumes over a sliding stretch of event time. What was received and
// served is of single precision: it decides ratios and orders of magnitude.
type window struct {
	step     uint32 // number of the newest quarter since the epoch, modulo 2^32
	sent     [quarters]int64
	served   [quarters]float32
	received [quarters]float32
}

// at returns the place of the quarter with that number; false where it is older
// than the window.
func (w *window) at(step uint32) (int, bool) {
	if ahead := int32(step - w.step); ahead > 0 {
		w.slide(ahead)
		w.step = step
	} else if ahead <= -quarters {
		return 0, false
	}
	return int(step % quarters), true
}

func (w *window) slide(ahead int32) {
	for i := range uint32(min(ahead, quarters)) {
		at := (w.step + 1 + i) % quarters
		w.sent[at], w.served[at], w.received[at] = 0, 0, 0
	}
}

func (w *window) sum() Volume {
	var v Volume
	var served, received float64
	for i := range quarters {
		v.Sent = saturate(v.Sent, w.sent[i])
		served += float64(w.served[i])
		received += float64(w.received[i])
	}
	v.Served, v.Received = whole(served), whole(received)
	return v
}

func whole(f float64) int64 {
	if f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(f)
}

func saturate(a, b int64) int64 {
	if a += b; a < 0 {
		return math.MaxInt64
	}
	return a
}
