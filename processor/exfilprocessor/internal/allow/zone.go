package allow

import "time"

// first is when the zone's clock first shows the minute of d, in ns since the
// epoch. Where clocks are set forward over it, it is the moment they are.
func (s *schedule) first(d date, minute int) int64 {
	first, _ := moments(d, minute, s.zone)
	return first * int64(time.Second)
}

// last is when it shows it for the last time: clocks that are set back show an
// hour twice.
func (s *schedule) last(d date, minute int) int64 {
	_, last := moments(d, minute, s.zone)
	return last * int64(time.Second)
}

// moments are the first and last times, in s since the epoch, at which the zone's
// clock shows a minute.
func moments(d date, minute int, zone *time.Location) (first, last int64) {
	near := time.Date(d.year, d.month, d.day, 0, minute, 0, 0, zone)
	shown := time.Date(d.year, d.month, d.day, 0, minute, 0, 0, time.UTC).Unix()
	// Near is right unless a change of the clocks is close, and then on one side
	// of it. The other side's offset is that of the neighbouring period.
	changes := make([]int64, 0, 2)
	begin, end := near.ZoneBounds()
	if !begin.IsZero() {
		changes = append(changes, begin.Unix())
	}
	if !end.IsZero() {
		changes = append(changes, end.Unix())
	}
	first, last = near.Unix(), near.Unix()
	for _, change := range changes {
		before, after := offset(change-1, zone), offset(change, zone)
		if change+before <= shown && shown < change+after {
			return change, change // never shown
		}
		if earlier := shown - before; earlier < change && earlier < first {
			first = earlier
		}
		if later := shown - after; later >= change && later > last {
			last = later
		}
	}
	return first, last
}

// offset is what the zone's clock is ahead of UTC, in s.
func offset(at int64, zone *time.Location) int64 {
	_, seconds := time.Unix(at, 0).In(zone).Zone()
	return int64(seconds)
}
