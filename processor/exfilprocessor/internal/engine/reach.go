package engine

import "github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"

// reach is to how many destinations that are not customary a workload sends, in bins
// of time.
type reach struct {
	spreads [2]stats.Spread // of the latest bin and the one before
	bin     uint32          // number of the latest, modulo 2^32
	usual   stats.Baseline  // number of destinations in a bin
}

// usualReach is how many destinations a bin may have before anything is known.
const usualReach = 4

// add notes a destination, in the bin with that number.
func (c *reach) add(g *Group, bin uint32, p *stats.Pace) {
	if ahead := int32(bin - c.bin); ahead > 0 {
		c.spreads[1] = c.spreads[0]
		if ahead > 1 {
			c.spreads[1] = stats.Spread{}
		}
		c.spreads[0], c.bin = stats.Spread{}, bin
	}
	if c.spreads[0].Add(g.hash()) {
		c.usual.Add(c.bin, 1, &stats.Pace{Free: p.Free, Bins: p.Bins, Start: usualReach})
	}
}

// count is about how many destinations there were in the last bin or two.
func (c *reach) count() int {
	both := c.spreads[0]
	for i, word := range c.spreads[1] {
		both[i] |= word
	}
	return both.Count()
}

// Spread is about to how many outside destinations that are not customary the
// workload sent within the last window or two.
func (v *View) Spread() int { return v.Workload.windows.count() }

// DaySpread is the same within the last day or two.
func (v *View) DaySpread() int { return v.Workload.days.count() }

// SpreadLimit is how many are still usual for the workload in a window.
func (v *View) SpreadLimit() float64 { return v.Workload.windows.usual.Limit() }

// DaySpreadLimit is how many are still usual for the workload in a day.
func (v *View) DaySpreadLimit() float64 { return v.Workload.days.usual.Limit() }
