package stats

import "math"

const (
	// likeness is how far a size may lie from a cluster's mean to join it: two
	// standard deviations of sizes that are meant to be alike.
	likeness = 0.1
	// nearness is how far away it counts against the cluster: sizes that are not
	// meant to be alike lie there as often, and make it vary.
	nearness = 0.2
	// fewness is how many sizes tell nothing of how much they vary.
	fewness = 4
	// varianceScale keeps a relative variance up to nearness squared in 16 bits.
	varianceScale = math.MaxUint16 / (nearness * nearness)
)

// Sizes finds transfers of nearly one size among others: two clusters of sizes, of
// which the smaller gives way to what fits neither. Counts halve every day.
type Sizes struct {
	clusters [2]cluster // the one that grew last is first
}

type cluster struct {
	mean     float32
	variance uint16 // relative to the mean's square, scaled
	count    uint8
	day      uint8 // when it was last added to, modulo 256
}

// Add takes the size of one transfer, on a day counted since the epoch.
func (s *Sizes) Add(size float64, day uint32) {
	for i := range s.clusters {
		c := &s.clusters[i]
		c.age(uint8(day))
		if c.count == 0 {
			continue
		}
		switch d := math.Abs(size-float64(c.mean)) / float64(c.mean); {
		case d <= likeness:
			c.add(size)
			s.first(i)
			return
		case d <= nearness && c.count > 1:
			c.miss(size)
			return
		}
	}
	s.other(size, uint8(day))
}

// first moves a cluster to the front.
func (s *Sizes) first(i int) {
	s.clusters[0], s.clusters[i] = s.clusters[i], s.clusters[0]
}

// other takes a size that is like neither cluster's. The weaker one gives way
// slowly: other traffic comes in between. Of two that count the same the one that
// grew last stays, or sizes that come by turns would never meet their like. The
// stronger one loses by every eighth, picked by a hash of its size: among enough
// others some are alike by chance.
func (s *Sizes) other(size float64, day uint8) {
	weaker := 1
	if s.clusters[0].count < s.clusters[1].count {
		weaker = 0
	}
	if c := &s.clusters[1-weaker]; c.count > 1 && uint64(size)*0x9E3779B97F4A7C15>>61 == 0 {
		c.count--
	}
	c := &s.clusters[weaker]
	if c.count > 1 {
		c.count--
		return
	}
	*c = cluster{mean: float32(size), count: 1, day: day}
	s.first(weaker)
}

func (c *cluster) age(day uint8) {
	if elapsed := day - c.day; elapsed > 0 {
		c.count >>= min(elapsed, 8)
		c.day = day
	}
}

func (c *cluster) add(size float64) {
	if c.count < math.MaxUint8 {
		c.count++
	}
	c.vary(size)
}

// miss takes a size that is too far away to be alike and too near to be another kind.
func (c *cluster) miss(size float64) {
	c.vary(size)
	c.count -= min(c.count-1, 2)
}

func (c *cluster) vary(size float64) {
	part := 1 / float64(c.count)
	mean := float64(c.mean)
	d := (size - mean) / mean
	c.mean = float32(mean + part*d*mean)
	variance := float64(c.variance) / varianceScale
	variance = (1 - part) * (variance + part*d*d)
	c.variance = uint16(min(variance*varianceScale, math.MaxUint16))
}

// even says that the sizes vary by no more than most. Of a few the variation is known
// badly: they must vary by clearly less, half of it where there are eight.
func (c *cluster) even(most float64) bool {
	most *= 1 - fewness/float64(max(c.count, fewness))
	return float64(c.variance) <= most*most*varianceScale
}

// Alike is the larger cluster of those that hold at least so many transfers of a
// coefficient of variation of at most so much: how many, of which mean size, and
// how much they vary. Count is 0 where there is none.
func (s *Sizes) Alike(least int, most float64) (count int, size, variation float64) {
	var best *cluster
	for i := range s.clusters {
		c := &s.clusters[i]
		if int(c.count) < least || c.count == 0 || !c.even(most) {
			continue
		}
		if best == nil || c.count > best.count {
			best = c
		}
	}
	if best == nil {
		return 0, 0, 0
	}
	return int(best.count), float64(best.mean), math.Sqrt(float64(best.variance) / varianceScale)
}
