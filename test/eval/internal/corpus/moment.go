package corpus

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Day is a day of the evaluation; there is no daylight saving time in UTC.
const Day = 24 * time.Hour

// maxDays is the longest evaluation.
const maxDays = 366

// moment reads d12 or d12T03:17: a time since the first midnight, which is d0.
func moment(text string) (time.Duration, error) {
	number, clock, timed := strings.Cut(text, "T")
	digits, ok := strings.CutPrefix(number, "d")
	day, err := strconv.Atoi(digits)
	if !ok || err != nil || day < 0 || day > maxDays {
		return 0, fmt.Errorf("%q is not a time like d12 or d12T03:17", text)
	}
	at := time.Duration(day) * Day
	if timed {
		t, err := clockTime(clock)
		if err != nil {
			return 0, err
		}
		at += t
	}
	return at, nil
}

// clockTime reads 03:17.
func clockTime(text string) (time.Duration, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time of day like 03:17", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// span reads d11..d20, or d11 for that moment alone.
func span(text string) (Span, error) {
	from, to, ranged := strings.Cut(text, "..")
	var s Span
	var err error
	if s.From, err = moment(from); err != nil {
		return s, err
	}
	s.To = s.From
	if ranged {
		if s.To, err = moment(to); err != nil {
			return s, err
		}
	}
	if s.To < s.From {
		return s, errors.New("the end is before the beginning")
	}
	return s, nil
}

// outage reads d9T10:00+3h.
func outage(text string) (Span, error) {
	at, long, ok := strings.Cut(text, "+")
	if !ok {
		return Span{}, errors.New("an outage is a time and a length: d9T10:00+3h")
	}
	from, err := moment(at)
	if err != nil {
		return Span{}, err
	}
	d, err := duration(long)
	return Span{From: from, To: from + d}, err
}

// hours reads 8-18, or 22-6 over midnight.
func hours(text string) ([2]int, error) {
	from, to, ok := strings.Cut(text, "-")
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil || min(a, b) < 0 || max(a, b) > 24 {
		return [2]int{}, fmt.Errorf("%q is not hours like 8-18", text)
	}
	return [2]int{a, b % 24}, nil
}

// weekdays begins with Monday, as the evaluation does.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// days reads mon-fri, or sat,sun.
func days(text string) ([7]bool, error) {
	var set [7]bool
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		a, b := slices.Index(weekdays, from), slices.Index(weekdays, to)
		if a < 0 || b < a {
			return set, fmt.Errorf("%q is not days like mon-fri", part)
		}
		for i := a; i <= b; i++ {
			set[i] = true
		}
	}
	return set, nil
}

// dates reads d4,d26: whole days.
func dates(text string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		at, err := moment(part)
		if err != nil {
			return nil, err
		}
		list = append(list, int(at/Day))
	}
	return list, nil
}

func clockTimes(text string) ([]time.Duration, error) {
	var list []time.Duration
	for part := range strings.SplitSeq(text, ",") {
		at, err := clockTime(part)
		if err != nil {
			return nil, err
		}
		list = append(list, at)
	}
	slices.Sort(list)
	return list, nil
}
