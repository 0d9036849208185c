package dialect

import "math/bits"

// longestCue is longer than any key that is a cue.
const longestCue = 32

// recogniser finds whose a record is in one pass over its keys.
type recogniser struct {
	dialects []*dialect
	always   uint64 // those without cues, a bit for each
	// cues are by the length of the key: of most lengths there is none.
	cues [longestCue][]cue
}

// cue is a key, and which dialects it may mean.
type cue struct {
	key  string
	bits uint64
}

func newRecogniser(dialects []*dialect) recogniser {
	c := recogniser{dialects: dialects}
	for i, d := range dialects {
		if len(d.cues) == 0 {
			c.always |= 1 << i
		}
		for _, key := range d.cues {
			c.add(key, 1<<i)
		}
	}
	return c
}

func (c *recogniser) add(key string, bit uint64) {
	same := c.cues[len(key)]
	for i := range same {
		if same[i].key == key {
			same[i].bits |= bit
			return
		}
	}
	c.cues[len(key)] = append(same, cue{key, bit})
}

// find is the dialect of the record; nil where it is nobody's.
func (c *recogniser) find(v *view) *dialect {
	may := c.always
	for key := range v.root.All() {
		if len(key) >= longestCue {
			continue
		}
		for _, q := range c.cues[len(key)] {
			if q.key == key {
				may |= q.bits
			}
		}
	}
	for ; may != 0; may &= may - 1 {
		if d := c.dialects[bits.TrailingZeros64(may)]; d.mine(v) {
			return d
		}
	}
	return nil
}
