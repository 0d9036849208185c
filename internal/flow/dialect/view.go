package dialect

import (
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// view is a log record as a tree of fields: its body where that is a map (as a
// JSON parser leaves it), else its attributes.
type view struct {
	root pcommon.Map
	time pcommon.Timestamp // the record's own, else when it was observed
}

func viewOf(lr plog.LogRecord) view {
	v := view{root: lr.Attributes(), time: lr.Timestamp()}
	if lr.Body().Type() == pcommon.ValueTypeMap {
		v.root = lr.Body().Map()
	}
	if v.time == 0 {
		v.time = lr.ObservedTimestamp()
	}
	return v
}

// get walks down a path of keys.
func (v *view) get(path ...string) (pcommon.Value, bool) {
	m := v.root
	for i, key := range path {
		value, ok := m.Get(key)
		if !ok || i == len(path)-1 {
			return value, ok
		}
		if value.Type() != pcommon.ValueTypeMap {
			return pcommon.Value{}, false
		}
		m = value.Map()
	}
	return pcommon.Value{}, false
}

func (v *view) has(path ...string) bool {
	_, ok := v.get(path...)
	return ok
}

// text is a string; empty where there is none or it has another type.
func (v *view) text(path ...string) string {
	value, ok := v.get(path...)
	if !ok || value.Type() != pcommon.ValueTypeStr {
		return ""
	}
	return value.Str()
}

// number is a whole number, however the parser left it: as an integer, a float
// without a fraction, or text.
func (v *view) number(path ...string) (int64, bool) {
	value, ok := v.get(path...)
	if !ok {
		return 0, false
	}
	switch value.Type() {
	case pcommon.ValueTypeInt:
		return value.Int(), true
	case pcommon.ValueTypeDouble:
		const exact = 1 << 53
		f := value.Double()
		return int64(f), f == math.Trunc(f) && math.Abs(f) <= exact
	case pcommon.ValueTypeStr:
		if !startsNumber(value.Str()) {
			return 0, false // and no error made of it: "-" stands for nothing in Zeek's logs
		}
		n, err := strconv.ParseInt(value.Str(), 10, 64)
		return n, err == nil
	default:
		return 0, false
	}
}

// real is a number with a fraction, however the parser left it.
func (v *view) real(path ...string) (float64, bool) {
	value, ok := v.get(path...)
	if !ok {
		return 0, false
	}
	switch value.Type() {
	case pcommon.ValueTypeInt:
		return float64(value.Int()), true
	case pcommon.ValueTypeDouble:
		f := value.Double()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case pcommon.ValueTypeStr:
		if !startsNumber(value.Str()) {
			return 0, false
		}
		f, err := strconv.ParseFloat(value.Str(), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	default:
		return 0, false
	}
}

// startsNumber says whether text may be a number: a digit, or a sign and a digit.
func startsNumber(text string) bool {
	if len(text) > 1 && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	return text != "" && text[0] >= '0' && text[0] <= '9'
}
