package stats

import "math"

const (
	// likeness is how far a size may lie from a cluster's mean to join it.
	likeness = 0.15
	// varianceScale keeps a relative variance up to likeness squared in 16 bits.
	varianceScale = math.MaxUint16 / (likeness * likeness)
)

// Sizes finds transfers of nearly one size among others: two clusters of sizes, of
// which the smaller gives way to what fits neither. Counts halve every day.
type Sizes struct {
	clusters [2]cluster
}

type cluster struct {
	mean     float32
	variance uint16 // relative to the mean's square, scaled
	count    uint8
	day      uint8 // when it was last added to, modulo 256
}

// Add takes the size of one transfer, on a day counted since the epoch.
func (s *Sizes) Add(size float64, day uint32) {
	weakest := 0
	for i := range s.clusters {
		c := &s.clusters[i]
		c.age(uint8(day))
		if c.count > 0 && math.Abs(size-float64(c.mean)) <= likeness*float64(c.mean) {
			c.add(size)
			return
		}
		if c.count < s.clusters[weakest].count {
			weakest = i
		}
	}
	c := &s.clusters[weakest]
	if c.count > 1 {
		c.count-- // it gives way slowly: other traffic comes in between
		return
	}
	*c = cluster{mean: float32(size), count: 1, day: uint8(day)}
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
	part := 1 / float64(c.count)
	mean := float64(c.mean)
	d := (size - mean) / mean
	c.mean = float32(mean + part*d*mean)
	variance := float64(c.variance) / varianceScale
	variance = (1 - part) * (variance + part*d*d)
	c.variance = uint16(min(variance*varianceScale, math.MaxUint16))
}

// Like is the larger cluster: how many transfers, of which size, and their
// coefficient of variation.
func (s *Sizes) Like() (count int, size, variation float64) {
	c := &s.clusters[0]
	if s.clusters[1].count > c.count {
		c = &s.clusters[1]
	}
	return int(c.count), float64(c.mean), math.Sqrt(float64(c.variance) / varianceScale)
}
