package stats

import "math"

// nats is a natural logarithm, 0 to 64, in steps of 1/1024: a tenth of a percent.
type nats uint16

const step = 1024

func toNats(x float64) nats {
	return nats(min(max(math.Round(x*step), 0), math.MaxUint16))
}

func (n nats) float() float64 { return float64(n) / step }

// toward moves n to target by a part of the way, and by one step at least.
func (n nats) toward(target, part float64) nats {
	d := (target - n.float()) * part
	if math.Abs(d) < 1.0/step {
		d = math.Copysign(math.Min(math.Abs(target-n.float()), 1.0/step), d)
	}
	return toNats(n.float() + d)
}
