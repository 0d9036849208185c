package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEachByteOfAStreamCountsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		segments [][2]int64 // first byte, length
		want     int64
	}{
		"nothing":        {nil, 0},
		"in order":       {[][2]int64{{1, 100}, {101, 50}}, 150},
		"sent twice":     {[][2]int64{{1, 100}, {101, 50}, {1, 100}, {101, 50}}, 150},
		"out of order":   {[][2]int64{{101, 50}, {1, 100}}, 150},
		"overlapping":    {[][2]int64{{1, 100}, {51, 100}}, 150},
		"with a hole":    {[][2]int64{{1, 100}, {201, 50}}, 150},
		"no payload":     {[][2]int64{{1, 0}, {1, 0}}, 0},
		"within another": {[][2]int64{{1, 150}, {20, 10}}, 150},
	} {
		t.Run(name, func(t *testing.T) {
			var s stream
			for _, p := range c.segments {
				s.add(p[0], p[1])
			}
			assert.Equal(t, c.want, s.bytes())
		})
	}
}
