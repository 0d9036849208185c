package dialect

import (
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// leastMilliseconds tells a time in milliseconds from one in seconds: as seconds
// it would lie in the year 5138, as milliseconds in 1973.
const leastMilliseconds = 1e11

// momentOf is a time, ns since the epoch, in the ways that Zeek and Suricata
// write it: seconds or milliseconds as a number or text, or ISO 8601. Zero where
// it is none of them, or out of a record's range. A number is good to a
// microsecond.
func momentOf(v pcommon.Value) int64 {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return within(epoch(float64(v.Int())))
	case pcommon.ValueTypeDouble:
		return within(epoch(v.Double()))
	case pcommon.ValueTypeStr:
		return within(momentText(v.Str()))
	}
	return 0
}

func within(ns int64) int64 {
	if ns < attribute.Earliest {
		return 0
	}
	return ns
}

func epoch(n float64) int64 {
	if n >= leastMilliseconds {
		return nanoseconds(n / 1e3)
	}
	return nanoseconds(n)
}

// nanoseconds of a number of seconds, to the microsecond; zero where it is not
// from 0 to the last that fits.
func nanoseconds(seconds float64) int64 {
	if !(seconds > 0 && seconds < float64(attribute.Latest)/1e9) {
		return 0
	}
	whole := math.Floor(seconds)
	return int64(whole)*1e9 + int64(math.Round((seconds-whole)*1e6))*1e3
}

// isoZoned is Suricata's way, and isoPlain Zeek's.
const (
	isoZoned = "2006-01-02T15:04:05.999999999-0700"
	isoPlain = "2006-01-02T15:04:05.999999999Z07:00"
)

func momentText(text string) int64 {
	if seconds, ok := decimal(text); ok {
		return seconds
	}
	if len(text) < len("2006-01-02T15:04:05") || len(text) > len(isoZoned) {
		return 0
	}
	layout := isoPlain
	if sign := text[len(text)-min(5, len(text))]; sign == '+' || sign == '-' {
		layout = isoZoned
	}
	at, err := time.Parse(layout, text)
	if err != nil || at.After(latest) || at.Before(earliest) {
		return 0
	}
	return at.UnixNano()
}

// decimal reads seconds or milliseconds with decimals, without the loss that a
// float would bring.
func decimal(text string) (ns int64, ok bool) {
	text, fraction, point := strings.Cut(text, ".")
	whole, ok := digits(text)
	if !ok || point && fraction == "" {
		return 0, false
	}
	if whole >= leastMilliseconds {
		return nanoseconds(float64(whole) / 1e3), true
	}
	part, ok := digits(fraction)
	if point && !ok || len(fraction) > 9 || whole > attribute.Latest/1e9-1 {
		return 0, false
	}
	for range 9 - len(fraction) {
		part *= 10
	}
	return whole*1e9 + part, true
}

// digits reads up to 13 digits: milliseconds have as many.
func digits(text string) (n int64, ok bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' || i >= 13 {
			return 0, false
		}
		n = n*10 + int64(text[i]-'0')
	}
	return n, text != ""
}
