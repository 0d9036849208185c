package stats

import "math"

const (
	// deviations is how many standard deviations above the usual the limit lies.
	deviations = 4
	// leastDeviation, in nats, keeps a very even sender from alerting at the first
	// ripple: its limit is e (4 times 0.25) times the usual, at least.
	leastDeviation = 0.25
	// memory is about how many bins an average looks back on.
	memory = 32
	// winsorAfter is how many bins it takes to tell what is an outlier.
	winsorAfter = 2
	// winsorAt is how many deviations away a value counts at the most.
	winsorAt = 3
	// unlimited in place of a limit says that the bin began while learning was free.
	unlimited = math.MaxUint16
)

// Baseline is how much is usually sent in a bin of time: the exponentially
// weighted mean and deviation of the logarithm, over bins in which anything was
// sent at all. A value far from the mean is pulled in before it counts
// (winsorised), and the limit rises no faster than Pace says, whatever is sent: one
// large transfer does not poison it, and a patient sender cannot walk it up. What
// comes again on another day, such as a weekly job's volume, the limit rises to at the
// same pace.
type Baseline struct {
	sum   float32 // of the bin
	bin   uint32  // number of the bin, modulo 2^32
	mean  nats
	limit nats
	dev   spread
	bins  uint8 // that went into the mean
	peaks peaks
}

// Pace says how a baseline learns.
type Pace struct {
	// Free lets the limit follow what is seen, as in a learning period, also in a bin
	// that goes on when it is over.
	Free bool
	// Bins is how many bins it takes to double the limit.
	Bins float64
	// Day is how many bins a day has; 0 for one.
	Day uint32
	// Start is the limit in bytes before anything is known.
	Start float64
	// Total is the baseline of all destinations together: its usual is where a new
	// one's limit starts, if that is more. Nil without.
	Total *Baseline
}

func (p *Pace) start() float64 {
	if p.Total == nil {
		return p.Start
	}
	return max(p.Start, p.Total.Usual())
}

// Add counts bytes in a bin. It is true when a bin was learned: then z says by how
// many deviations it was above the usual.
func (b *Baseline) Add(bin uint32, bytes int64, pace *Pace) (z float64, learned bool) {
	ahead := int32(bin - b.bin)
	if ahead < 0 && b.sum > 0 {
		ahead = 0 // late: it counts where the baseline stands
	}
	if ahead != 0 {
		if b.sum > 0 {
			z, learned = b.learn(float64(ahead), pace), true
		}
		b.bin, b.sum = bin, 0
	}
	b.sum += float32(bytes)
	if pace.Free {
		b.limit = unlimited
	}
	return z, learned
}

// learn takes the bin that is over into the mean, so many bins after it.
func (b *Baseline) learn(elapsed float64, pace *Pace) (z float64) {
	x, free := math.Log1p(float64(b.sum)), pace.Free || b.limit == unlimited
	if b.bins == 0 {
		b.mean, b.limit = toNats(x), toNats(math.Log1p(pace.start()))
	} else {
		z = b.pull(x)
	}
	if b.bins < math.MaxUint8 {
		b.bins++
	}
	b.peaks.add(x, b.bin, elapsed, pace.Day)
	b.raise(elapsed, free, pace)
	return z
}

// pull moves mean and deviation towards x.
func (b *Baseline) pull(x float64) (z float64) {
	spread := max(b.dev.float(), leastDeviation)
	d := x - b.mean.float()
	z = d / spread
	if b.bins >= winsorAfter {
		d = min(max(d, -winsorAt*spread), winsorAt*spread)
	}
	part := max(1/(float64(b.bins)+1), 1.0/memory)
	b.mean = b.mean.toward(b.mean.float()+d, part)
	// 1.25 mean absolute deviations are a standard deviation, if x is normal.
	b.dev = b.dev.toward(1.25*math.Abs(d), part)
	return z
}

// raise sets the limit. It may fall at once, but rises at the pace only, from where
// every limit starts at the least.
func (b *Baseline) raise(elapsed float64, free bool, pace *Pace) {
	target := b.target()
	if !free {
		rise := math.Ln2 * min(elapsed/max(pace.Bins, 1), 1)
		from := max(b.limit.float(), math.Log1p(pace.Start))
		target = min(target, from+rise)
	}
	b.limit = toNats(target)
}

// target is where the limit would be if it could rise at once.
func (b *Baseline) target() float64 {
	spread := max(b.dev.float(), leastDeviation)
	usual := b.mean.float() + deviations*math.Sqrt(spread*spread+1/(4*float64(b.bins)))
	return max(usual, b.peaks.limit())
}

// Known says whether any bin was learned.
func (b *Baseline) Known() bool { return b.bins > 0 }

// Bins is how many bins were learned, at most 255.
func (b *Baseline) Bins() int { return int(b.bins) }

// Usual is the geometric mean of a bin, in bytes; 0 where none was learned.
func (b *Baseline) Usual() float64 {
	if b.bins == 0 {
		return 0
	}
	return math.Expm1(b.mean.float())
}

// Limit is how many bytes in a bin are still usual; 0 where none was learned.
func (b *Baseline) Limit() float64 {
	if b.bins == 0 {
		return 0
	}
	if b.limit == unlimited {
		return math.Expm1(b.target())
	}
	return math.Expm1(b.limit.float())
}
