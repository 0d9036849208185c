package stats

import (
	"math"
	"math/bits"
)

const (
	spreadWords = 4
	spreadBits  = 64 * spreadWords
)

// Spread counts distinct things, up to about a thousand, by linear counting
// (Whang et al., 1990): exact enough below a hundred.
type Spread [spreadWords]uint64

// Add takes a thing's hash. It is true where no thing of that hash was there.
func (s *Spread) Add(hash uint64) bool {
	at := hash % spreadBits
	word, bit := &s[at/64], uint64(1)<<(at%64)
	added := *word&bit == 0
	*word |= bit
	return added
}

// Count is the estimate.
func (s *Spread) Count() int {
	ones := 0
	for _, word := range s {
		ones += bits.OnesCount64(word)
	}
	if ones == spreadBits {
		ones--
	}
	return int(math.Round(-spreadBits * math.Log(1-float64(ones)/spreadBits)))
}
