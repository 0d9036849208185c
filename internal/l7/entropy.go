package l7

import "math"

// maxEntropy bounds what entropy is taken of, in bytes.
const maxEntropy = 4096

// weights are n·log2(n) for the counts that random bytes of a packet have.
var weights = func() (table [64]float64) {
	for n := 2; n < len(table); n++ {
		table[n] = weight(n)
	}
	return table
}()

func weight(n int) float64 { return float64(n) * math.Log2(float64(n)) }

// entropy is Shannon's, in bits per byte. A short sample of n bytes cannot
// exceed log2(n), however random it is.
func entropy(sample []byte) float64 {
	if len(sample) == 0 {
		return 0
	}
	sample = sample[:min(len(sample), maxEntropy)]
	var counts, odd [256]uint16 // apart, so that a byte need not wait for its neighbour
	for len(sample) >= 2 {
		counts[sample[0]]++
		odd[sample[1]]++
		sample = sample[2:]
	}
	if len(sample) == 1 {
		counts[sample[0]]++
	}
	sum, total := 0.0, 0
	for i := range counts {
		n := int(counts[i] + odd[i])
		total += n
		if n < len(weights) {
			sum += weights[n]
		} else {
			sum += weight(n)
		}
	}
	return max(0, math.Log2(float64(total))-sum/float64(total))
}
