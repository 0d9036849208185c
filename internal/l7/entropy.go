package l7

import "math"

// maxEntropy bounds what entropy is taken of, in bytes.
const maxEntropy = 4096

// entropy is Shannon's, in bits per byte. A short sample of n bytes cannot
// exceed log2(n), however random it is.
func entropy(sample []byte) float64 {
	if len(sample) == 0 {
		return 0
	}
	sample = sample[:min(len(sample), maxEntropy)]
	var counts [256]int
	for _, b := range sample {
		counts[b]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 1 {
			sum += float64(n) * math.Log2(float64(n))
		}
	}
	total := float64(len(sample))
	return max(0, math.Log2(total)-sum/total)
}
