package allow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // an image without a time zone database has the time zones too
)

// span is a stretch of time from start up to end, which is not part of it; ns
// since the epoch. in says that it is an occurrence, rather than time between.
type span struct {
	start, end int64
	in         bool
}

func (s span) holds(t int64) bool { return s.start <= t && t < s.end }

const day = int64(24 * time.Hour)

// dayOf is the day in UTC that t lies in.
func dayOf(t int64) span {
	start := t - t%day
	return span{start: start, end: start + day, in: true}
}

// schedule is a compiled Schedule.
type schedule struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes since midnight; to is more than from
	zone     *time.Location
}

const minutesPerDay = 24 * 60

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (c *Schedule) compile() (*schedule, error) {
	s := &schedule{}
	for i, name := range c.Days {
		n := slices.Index(weekdays, name)
		if n < 0 {
			return nil, fmt.Errorf("days: [%d]: must be one of mon, tue, wed, thu, fri, sat, sun, not %q", i, name)
		}
		s.days[n] = true
	}
	if len(c.Days) == 0 {
		s.days = [7]bool{true, true, true, true, true, true, true}
	}
	var err error
	if s.from, err = parseClock(c.From, 0); err != nil || s.from == minutesPerDay {
		return nil, fmt.Errorf("from: %q is not a time of day (15:04)", c.From)
	}
	if s.to, err = parseClock(c.To, minutesPerDay); err != nil {
		return nil, fmt.Errorf("to: %q is not a time of day (15:04)", c.To)
	}
	if s.from == s.to {
		return nil, fmt.Errorf("to: is the same as from, %q; leave both out for all day", c.To)
	}
	if s.to < s.from {
		s.to += minutesPerDay
	}
	if s.zone, err = loadZone(c.TimeZone); err != nil {
		return nil, fmt.Errorf("time_zone: %q is not an IANA time zone (Europe/Berlin)", c.TimeZone)
	}
	return s, nil
}

// parseClock reads 15:04, or 24:00 for the day's end, in minutes.
func parseClock(text string, absent int) (int, error) {
	switch text {
	case "":
		return absent, nil
	case "24:00":
		return minutesPerDay, nil
	}
	t, err := time.Parse("15:04", text)
	if err == nil && len(text) != len("15:04") {
		err = fmt.Errorf("%q has no leading zero", text)
	}
	return t.Hour()*60 + t.Minute(), err
}

// loadZone turns the machine's own zone away: the same records must give the same
// alerts on any machine.
func loadZone(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("%q depends on the machine", name)
	}
	return time.LoadLocation(name)
}

// at is the occurrence that t lies in, or a stretch around t without any.
func (s *schedule) at(t int64) span {
	year, month, today := time.Unix(0, t).In(s.zone).Date()
	between := span{start: s.first(date{year, month, today}, 0), end: s.first(date{year, month, today + 1}, 0)}
	// Where clocks are set back over midnight, t may lie in tomorrow's occurrence.
	for _, begins := range [...]int{today + 1, today, today - 1} {
		o := s.occurrence(date{year, month, begins})
		switch {
		case o.holds(t):
			return o
		case !o.in:
		case o.end <= t:
			between.start = max(between.start, o.end)
		case o.start > t:
			between.end = min(between.end, o.start)
		}
	}
	if !between.holds(t) {
		return span{start: t, end: t + 1}
	}
	return between
}

// date may have a day that is not in the month: the 32nd, the 0th.
type date struct {
	year  int
	month time.Month
	day   int
}

// occurrence is the one that begins on d: from the first time the clock shows
// From to the last time it shows To, but never into the next day's.
func (s *schedule) occurrence(d date) span {
	weekday := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()
	if !s.days[weekday] {
		return span{}
	}
	next := date{d.year, d.month, d.day + 1}
	start, end := s.first(d, s.from), min(s.last(d, s.to), s.first(next, s.from))
	return span{start: start, end: end, in: start < end}
}
