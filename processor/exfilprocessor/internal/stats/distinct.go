package stats

import "math"

const (
	// distinctRegisters gives an estimate whose relative standard deviation is
	// 1/sqrt(64-2), 13 %, whatever the number of things and their weights.
	distinctRegisters = 64
	// cameAgain marks a register's thing that was added again at least a tick after
	// it was there; the bits below are a fingerprint of the thing.
	cameAgain = 0x80
)

// Distinct sums the weights of distinct things. Each register draws for a thing,
// from its hash, a number that is exponentially distributed at the rate of its
// weight, and keeps the least: that is exponentially distributed at the rate of the
// weights' sum (Cohen, 1997). The same thing draws the same numbers, so that adding
// it again costs nothing. The sum decays with a horizon's time constant, as if
// registers grew; a thing that comes again counts as of its latest time.
type Distinct struct {
	least [distinctRegisters]float32
	marks [distinctRegisters]uint8
	most  float32 // of the registers; 0 while there is nothing
	last  uint32  // in ticks since the epoch
}

// Add counts a thing seen at the event time, in seconds since the epoch. The hash
// must be well mixed. It is false where the sum is known to be as before.
func (d *Distinct) Add(hash uint64, weight float64, seconds int64, h Horizon) bool {
	if !(weight > 0) {
		return false
	}
	weight = min(weight, math.MaxInt64)
	if now := uint32(seconds / tick); now > d.last {
		d.decay(now, h)
	}
	if d.most == 0 {
		d.clear()
	}
	draw := draws{state: hash}
	if first := draw.exponential() / (weight * distinctRegisters); float32(first) >= d.most {
		return false
	}
	return d.insert(hash, weight)
}

// insert draws a thing's numbers in ascending order, each for a register that has
// none yet, until no register can be told anything new (FastGM, Qi et al., 2020).
func (d *Distinct) insert(hash uint64, weight float64) bool {
	draw := draws{state: hash}
	order, sum, news := everyRegister, 0.0, false
	for i := range order {
		sum += draw.exponential() / (weight * float64(distinctRegisters-i))
		if float32(sum) >= d.most {
			break
		}
		other := i + int(draw.next()>>32)%(distinctRegisters-i)
		order[i], order[other] = order[other], order[i]
		news = d.put(order[i], float32(sum), uint8(hash>>57)) || news
	}
	if news {
		d.most = 0
		for _, x := range d.least {
			d.most = max(d.most, x)
		}
	}
	return news
}

func (d *Distinct) put(at uint8, x float32, finger uint8) bool {
	if x >= d.least[at] {
		return false
	}
	d.least[at] = x
	if d.marks[at]&^cameAgain == finger {
		finger |= cameAgain // its number has grown since
	}
	d.marks[at] = finger
	return true
}

func (d *Distinct) clear() {
	d.most = float32(math.Inf(1))
	for i := range d.least {
		d.least[i] = d.most
	}
	d.marks = [distinctRegisters]uint8{}
}

// decay lets registers grow. One that overflows is as good as empty.
func (d *Distinct) decay(now uint32, h Horizon) {
	elapsed := float64(now-d.last) * tick
	d.last = now
	if d.most == 0 {
		return
	}
	grow := float32(math.Exp(min(elapsed/h.Seconds(), 80)))
	for i := range d.least {
		d.least[i] *= grow
	}
	d.most *= grow
}

// Sum is the estimate, as of when a thing was last added.
func (d *Distinct) Sum() float64 {
	if d.most == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range d.least {
		sum += float64(x)
	}
	return (distinctRegisters - 1) / sum
}

// Again is about what part of the sum is of things that came again a minute or
// more after they first did, 0 to 1.
func (d *Distinct) Again() float64 {
	n := 0
	for _, mark := range d.marks {
		n += int(mark / cameAgain)
	}
	return float64(n) / distinctRegisters
}

// everyRegister is the order before any draw; it does not change.
var everyRegister = func() (order [distinctRegisters]uint8) {
	for i := range order {
		order[i] = uint8(i)
	}
	return order
}()

// draws are random numbers from a seed (SplitMix64, Steele et al., 2014).
type draws struct{ state uint64 }

func (r *draws) next() uint64 {
	r.state += 0x9E3779B97F4A7C15
	z := r.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// exponential is a number of mean one, above zero.
func (r *draws) exponential() float64 {
	const unit = 1 << 53
	return -math.Log((float64(r.next()>>11) + 0.5) / unit)
}
