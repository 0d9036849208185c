package stats

// Shift is a one-sided CUSUM (Page, 1954) over standardised values: it grows
// while they stay above the usual, however little, and falls back otherwise.
type Shift uint16

const (
	// slack is how many deviations above the usual are not counted.
	slack = 0.5
	// most bounds one value, so that a single outlier is not a shift.
	most       = 3
	shiftScale = 256
)

// Add takes a value in deviations from the usual.
func (s *Shift) Add(z float64) {
	sum := float64(*s)/shiftScale + min(z, most) - slack
	*s = Shift(min(max(sum, 0), 255) * shiftScale)
}

// Sum is how far the values have shifted, in deviations times bins.
func (s Shift) Sum() float64 { return float64(s) / shiftScale }
