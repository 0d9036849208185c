package stats

import "math"

const (
	// together is how close transfers are, in seconds, to be one beat.
	together = 60
	// look is how many beats the averages look back on.
	look = 8
	// missed is how many beats may be left out in a row, since a failed attempt is
	// none; missing is how probable each of them is.
	missed  = 3
	missing = 0.1
	// stranger is how probable it is that something else came between.
	stranger = 0.02
	// A jitter of jitterPrior is assumed of a new rhythm, as if so many beats had shown
	// it, and one of jitterLeast at the least.
	jitterPrior, priorBeats, jitterLeast = 0.08, 2, 0.02
	// evidenceEnough, in nats, tells a rhythm from chance: 3,000 to 1.
	evidenceEnough, evidenceMost = 8, 12
	evidenceScale                = 16
	// rippleScale keeps a relative deviation up to 4 in 8 bits.
	rippleScale = 64
)

// Beats finds transfers at regular intervals. Transfers close together are one beat.
// Each interval is weighed as in a sequential test (Wald, 1945): how well it is
// foretold by those before it, against arrivals that are only a little more even
// than random ones (a gamma distribution of shape 3).
type Beats struct {
	start    uint32 // of the latest beat, in seconds since the epoch
	end      uint32
	interval float32 // usual, in seconds
	dev      float32 // mean absolute deviation from it, relative to it
	bytes    float32 // usual, of a beat
	sum      float32 // of the latest beat
	count    uint8
	evidence uint8 // that it is a rhythm, in nats, scaled
	ripple   uint8 // mean absolute deviation of bytes, relative to bytes, scaled
}

// Rhythm is what beats make.
type Rhythm struct {
	Beats    int     // at most 255
	Interval float64 // usual, in seconds
	Jitter   float64 // mean absolute deviation from it, relative to it
	Bytes    float64 // usual, of a beat
	Ripple   float64 // mean absolute deviation from them, relative to them
}

// Add takes a transfer of bytes at a time in seconds since the epoch.
func (b *Beats) Add(at uint32, bytes int64) {
	switch {
	case b.count == 0:
		*b = Beats{start: at, end: at, count: 1}
	case at < b.end+b.merge():
		b.end = max(b.end, at)
	default:
		b.settle()
		b.beat(float64(at - b.start))
		b.start, b.end, b.sum = at, at, 0
	}
	b.sum += float32(bytes)
}

// merge is how many seconds belong to one beat: a quarter of the interval, if that
// is longer.
func (b *Beats) merge() uint32 {
	return max(together, uint32(b.interval/4))
}

// settle takes the beat that is over into the usual size.
func (b *Beats) settle() {
	if b.count == 1 || b.bytes == 0 {
		b.bytes, b.ripple = b.sum, 0
		return
	}
	part := 1 / min(float64(b.count), look)
	d := min(math.Abs(float64(b.sum)/float64(b.bytes)-1), 3)
	ripple := float64(b.ripple) / rippleScale
	b.ripple = uint8(math.Round((ripple + part*(d-ripple)) * rippleScale))
	b.bytes += float32(part * (float64(b.sum) - float64(b.bytes)))
}

// beat takes an interval. One that fits makes the rhythm more certain, another one
// less, until it begins anew.
func (b *Beats) beat(gap float64) {
	if b.interval == 0 {
		b.begin(gap)
		return
	}
	usual := float64(b.interval)
	beats := min(max(math.Round(gap/usual), 1), missed+1)
	d := math.Abs(gap/usual - beats)
	odds := b.odds(gap/usual, beats, d)
	evidence := float64(b.evidence)/evidenceScale + math.Log((1-stranger)*odds+stranger)
	if evidence <= 0 {
		b.begin(gap)
		return
	}
	b.evidence = uint8(min(evidence, evidenceMost) * evidenceScale)
	if odds > stranger {
		b.fit(gap/beats, d)
	}
}

func (b *Beats) begin(gap float64) {
	b.interval, b.dev, b.evidence, b.count = float32(gap), 0, 0, 2
}

// odds is how much more probable the interval is in this rhythm than without one.
// It is relative to the usual, of so many beats, and d away from them.
func (b *Beats) odds(gap, beats, d float64) float64 {
	known := min(float64(b.count-2), look)
	jitter := max((float64(b.dev)*known+jitterPrior*priorBeats)/(known+priorBeats), jitterLeast)
	// 1.25 mean absolute deviations are a standard deviation, if it is normal.
	z := d / (1.25 * jitter)
	rhythm := math.Pow(missing, beats-1) * math.Exp(-z*z/2) / (math.Sqrt(2*math.Pi) * 1.25 * jitter)
	chance := 13.5 * gap * gap * math.Exp(-3*gap)
	return rhythm / max(chance, math.SmallestNonzeroFloat64)
}

func (b *Beats) fit(gap, d float64) {
	b.count += min(1, math.MaxUint8-b.count)
	part := 1 / min(float64(b.count-1), look)
	b.interval += float32(part * (gap - float64(b.interval)))
	part = 1 / min(float64(b.count-2), look)
	b.dev += float32(part * (d - float64(b.dev)))
}

// Last is when the latest transfer was, in seconds since the epoch.
func (b *Beats) Last() uint32 { return b.end }

// Pause is the usual time between beats in seconds, or the last one where there is no
// rhythm; 0 before two beats.
func (b *Beats) Pause() float64 { return float64(b.interval) }

// Rhythm is what so many beats at the least make; false where it may be chance.
func (b *Beats) Rhythm(least int) (Rhythm, bool) {
	if int(b.count) < least || b.evidence < evidenceEnough*evidenceScale {
		return Rhythm{}, false
	}
	return Rhythm{
		Beats:    int(b.count),
		Interval: float64(b.interval),
		Jitter:   float64(b.dev),
		Bytes:    float64(b.bytes),
		Ripple:   float64(b.ripple) / rippleScale,
	}, true
}
