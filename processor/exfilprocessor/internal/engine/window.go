package engine

// quarters is how many steps a window slides in: it covers between three
// quarters of its length and all of it.
const quarters = 4

// Volume is what went between a workload and one destination.
type Volume struct {
	// Sent and Received went over flows that the workload opened, or whose
	// beginning was not seen.
	Sent, Received int64
	// Served and Asked went over flows that the peer opened: answers out,
	// questions in.
	Served, Asked int64
}

// window sums volumes over a sliding stretch of event time.
type window struct {
	step    int64 // number of the newest quarter since the epoch
	volumes [quarters]Volume
}

// at returns the quarter that the time t falls in, of width ns; nil where t is
// older than the window.
func (w *window) at(t, width int64) *Volume {
	step := t / width
	if step > w.step {
		w.slide(step)
	}
	if step <= w.step-quarters {
		return nil
	}
	return &w.volumes[step%quarters]
}

func (w *window) slide(to int64) {
	from := max(w.step+1, to-quarters+1)
	for s := from; s <= to; s++ {
		w.volumes[s%quarters] = Volume{}
	}
	w.step = to
}

// begin is when the oldest quarter began, event time in ns.
func (w *window) begin(width int64) int64 { return (w.step - quarters + 1) * width }

func (w *window) sum() Volume {
	var total Volume
	for i := range w.volumes {
		v := &w.volumes[i]
		total.Sent = saturate(total.Sent, v.Sent)
		total.Received = saturate(total.Received, v.Received)
		total.Served = saturate(total.Served, v.Served)
		total.Asked = saturate(total.Asked, v.Asked)
	}
	return total
}

func saturate(a, b int64) int64 {
	if a += b; a < 0 {
		return 1<<63 - 1
	}
	return a
}
