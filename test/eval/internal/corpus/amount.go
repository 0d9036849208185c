package corpus

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Amount is a quantity drawn anew each time: a constant, a range, or a median
// with a log-normal spread. Times are in ns.
type Amount struct {
	Low, High float64
	Sigma     float64
	// Scaled quantities follow the attack's intensity.
	Scaled bool
	// Relative ones are a share of what is sent.
	Relative bool
}

// maxSigma keeps a draw within what a float holds.
const maxSigma = 4

// Draw takes one, multiplied by factor.
func (a Amount) Draw(dice *rand.Rand, factor float64) float64 {
	v := a.Low
	switch {
	case a.Sigma > 0:
		v *= math.Exp(a.Sigma * dice.NormFloat64())
	case a.High > a.Low:
		v += (a.High - a.Low) * dice.Float64()
	}
	return v * factor
}

// IsZero says that no amount was given.
func (a Amount) IsZero() bool { return a.High == 0 }

// amount reads N, N..N or N~SIGMA, and a * at the end.
func amount(text string, number func(string) (float64, error)) (Amount, error) {
	var a Amount
	text, a.Scaled = strings.CutSuffix(text, "*")
	text, sigma, spread := strings.Cut(text, "~")
	low, high, ranged := strings.Cut(text, "..")
	var err error
	if a.Low, err = number(low); err != nil {
		return a, err
	}
	a.High = a.Low
	if ranged {
		if a.High, err = number(high); err != nil {
			return a, err
		}
	}
	if spread {
		a.Sigma, err = strconv.ParseFloat(sigma, 64)
	}
	if err != nil || !(a.Sigma >= 0 && a.Sigma <= maxSigma) {
		return a, fmt.Errorf("the spread must be from 0 to %d", maxSigma)
	}
	if a.High < a.Low || spread && ranged {
		return a, errors.New("an amount is N, LOW..HIGH or MEDIAN~SIGMA")
	}
	return a, nil
}

var units = []struct {
	name  string
	bytes float64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// maxNumber is a pebibyte: more than a month of any flow.
const maxNumber = 1 << 50

// received is bytes, or x0.8: that share of what is sent, as where both ends talk
// alike.
func received(text string) (Amount, error) {
	text, relative := strings.CutPrefix(text, "x")
	if !relative {
		return amount(text, bytesOf)
	}
	a, err := amount(text, countOf)
	a.Relative = true
	return a, err
}

// bytesOf reads 300, 2KiB, 1.5MiB.
func bytesOf(text string) (float64, error) {
	factor := 1.0
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			text, factor = number, u.bytes
			break
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v*factor <= maxNumber) {
		return 0, fmt.Errorf("%q is not a size like 300 or 2KiB", text)
	}
	return v * factor, nil
}

func countOf(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= maxNumber) {
		return 0, fmt.Errorf("%q is not a count", text)
	}
	return v, nil
}

func nanosOf(text string) (float64, error) {
	d, err := duration(text)
	return float64(d), err
}

// duration reads 90s, 15m, 2h, and days: 3d.
func duration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= maxDays) {
			return 0, fmt.Errorf("%q is not a number of days up to %d", text, maxDays)
		}
		return time.Duration(n * float64(Day)), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxDays*Day {
		return 0, fmt.Errorf("%q is not a time like 90s, 15m or 3d", text)
	}
	return d, nil
}

// share reads 0.2 or 20%, from 0 to limit.
func share(text string, limit float64) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= limit) {
		return 0, fmt.Errorf("%q is not from 0 to %g", text, limit)
	}
	return v, nil
}
