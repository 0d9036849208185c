package attribute

import "go.opentelemetry.io/collector/pdata/pcommon"

// The getters of another type's value give zero, so the type, which costs more
// to ask for, matters only where zero came back.

// String is v's text, aliased, and whether v is a string.
func String(v pcommon.Value) (string, bool) {
	text := v.Str()
	return text, text != "" || v.Type() == pcommon.ValueTypeStr
}

// Int is v's number, and whether v is an integer from low to high, both
// included. The number is of no use where it is false.
func Int(v pcommon.Value, low, high int64) (int64, bool) {
	n := v.Int()
	if n == 0 && v.Type() != pcommon.ValueTypeInt {
		return 0, false
	}
	return n, n >= low && n <= high
}

// Double is v's number, and whether v is a double from low to high, both
// included. NaN is in no range.
func Double(v pcommon.Value, low, high float64) (float64, bool) {
	f := v.Double()
	if f == 0 && v.Type() != pcommon.ValueTypeDouble {
		return 0, false
	}
	return f, f >= low && f <= high
}

// AppendStrings appends to list the strings that v holds, until list has limit
// of them, and says how many elements it passed over: those that are not
// strings, are empty, or came after the limit. It is false where v is no list.
func AppendStrings(list []string, v pcommon.Value, limit int) (out []string, passed int, ok bool) {
	if v.Type() != pcommon.ValueTypeSlice {
		return list, 0, false
	}
	elements := v.Slice()
	for i := range elements.Len() {
		text, isText := String(elements.At(i))
		if !isText || text == "" || len(list) >= limit {
			passed++
			continue
		}
		list = append(list, text)
	}
	return list, passed, true
}
