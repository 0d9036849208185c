package stats

import "math"

const (
	// together is how close transfers are, in seconds, to be one beat.
	together = 60
	// look is how many beats the averages look back on.
	look = 8
	// within is how far from the usual interval, relatively, a beat still fits.
	within = 0.6
	// missed is how many beats may be left out in a row: a failed attempt is none.
	missed = 3
)

// Beats finds transfers at regular intervals. Transfers close together are one beat.
type Beats struct {
	start    uint32 // of the latest beat, in seconds since the epoch
	end      uint32
	interval float32 // usual, in seconds
	dev      float32 // mean absolute deviation from it
	bytes    float32 // usual, of a beat
	sum      float32 // of the latest beat
	count    uint16
}

// Add takes a transfer of bytes at a time in seconds since the epoch.
func (b *Beats) Add(at uint32, bytes int64) {
	switch {
	case b.count == 0:
		*b = Beats{start: at, end: at, count: 1}
	case at < b.end+b.merge():
		b.end = max(b.end, at)
	default:
		b.beat(at)
	}
	b.sum += float32(bytes)
}

// merge is how many seconds belong to one beat: a quarter of the interval, if that
// is longer.
func (b *Beats) merge() uint32 {
	return max(together, uint32(b.interval/4))
}

func (b *Beats) beat(at uint32) {
	gap := float64(at - b.start)
	b.settle()
	b.start, b.end, b.sum = at, at, 0
	if b.count == 1 || b.interval == 0 {
		b.interval, b.dev, b.count = float32(gap), 0, 2
		return
	}
	usual := float64(b.interval)
	gap = skip(gap, usual)
	if d := math.Abs(gap - usual); d <= within*usual {
		b.fit(gap, d)
		return
	}
	// It does not fit: what was regular is forgotten by and by, then all of it.
	if b.count /= 2; b.count < 2 {
		b.interval, b.dev, b.count = float32(gap), 0, 2
	}
}

// skip makes one interval of several with beats left out.
func skip(gap, usual float64) float64 {
	k := math.Round(gap / usual)
	if k >= 2 && k <= missed+1 && math.Abs(gap-k*usual) <= 0.3*usual {
		return gap - (k-1)*usual
	}
	return gap
}

func (b *Beats) fit(gap, d float64) {
	if b.count < math.MaxUint16 {
		b.count++
	}
	part := 1 / min(float64(b.count-1), look)
	b.interval += float32(part * (gap - float64(b.interval)))
	b.dev += float32(part * (d - float64(b.dev)))
}

// settle takes the beat that is over into the usual size.
func (b *Beats) settle() {
	part := float32(1 / min(float64(b.count), look))
	b.bytes += part * (b.sum - b.bytes)
}

// Rhythm is how many beats fit, their interval in seconds, their mean absolute
// deviation relative to it, and the usual bytes of one.
func (b *Beats) Rhythm() (count int, interval, jitter, bytes float64) {
	if b.count < 2 || b.interval <= 0 {
		return int(b.count), 0, 0, float64(b.sum)
	}
	return int(b.count), float64(b.interval), float64(b.dev / b.interval), max(float64(b.bytes), 0)
}
