package stats

import "math"

const (
	// peakStep is how finely a peak is told, in nats.
	peakStep = 0.5
	// peakFades is after how many days a peak has faded by a step.
	peakFades = 14
	// sameDay marks the highest that was seen as of the day that goes on.
	sameDay = 1
)

// peaks remembers the highest that came on more than one day. What came once is not
// usual, however much it was: it counts once about as much comes on another day.
type peaks struct {
	lone uint8 // the highest, in steps, times two; plus sameDay
	peak uint8 // the highest that came again, in steps
}

// add takes the logarithm of a bin, so many bins before the next one.
func (p *peaks) add(x float64, bin uint32, elapsed float64, day uint32) {
	level := uint8(min(max(math.Ceil(x/peakStep), 0), math.MaxUint8>>1))
	if p.lone&sameDay == 0 && p.lone > 0 && level+1 >= p.lone>>1 {
		p.peak = max(p.peak, min(level, p.lone>>1))
	}
	if level > p.lone>>1 {
		p.lone = level<<1 | sameDay
	}
	day = max(day, 1)
	next := bin + uint32(elapsed)
	if next/day != bin/day {
		p.lone &^= sameDay
	}
	if faded := next/(day*peakFades) - bin/(day*peakFades); faded > 0 {
		p.fade(uint8(min(faded, math.MaxUint8)))
	}
}

func (p *peaks) fade(steps uint8) {
	p.peak -= min(p.peak, steps)
	p.lone -= min(p.lone>>1, steps) << 1
}

// limit is the logarithm that lies two steps above the peak, since it fades and jobs
// vary; 0 without one.
func (p *peaks) limit() float64 {
	if p.peak == 0 {
		return 0
	}
	return (float64(p.peak) + 2) * peakStep
}
