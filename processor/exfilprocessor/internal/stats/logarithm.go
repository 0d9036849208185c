package stats

import "math"

// nats is a natural logarithm, 0 to 64, in steps of 1/1024: a tenth of a percent.
type nats uint16

const step = 1.0 / 1024

func toNats(x float64) nats {
	return nats(min(max(math.Round(x/step), 0), math.MaxUint16))
}

func (n nats) float() float64 { return float64(n) * step }

// toward moves n to target by a part of the way.
func (n nats) toward(target, part float64) nats {
	return toNats(toward(n.float(), target, part, step))
}

// spread is a difference of logarithms, 0 to 4, in steps of 1/64.
type spread uint8

const spreadStep = 1.0 / 64

func (s spread) float() float64 { return float64(s) * spreadStep }

func (s spread) toward(target, part float64) spread {
	x := toward(s.float(), target, part, spreadStep)
	return spread(min(max(math.Round(x/spreadStep), 0), math.MaxUint8))
}

// toward moves x to target by a part of the way, and by one step at least.
func toward(x, target, part, step float64) float64 {
	d := (target - x) * part
	if math.Abs(d) < step {
		d = math.Copysign(math.Min(math.Abs(target-x), step), d)
	}
	return x + d
}
