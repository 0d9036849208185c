// Package attribute writes and reads log record attributes by the rules that
// the product's records share: what is not known is absent, text is valid
// UTF-8, and a value of the wrong type or out of range is never used.
package attribute

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// PutString sets key to s, unless s is empty. Bytes that are not UTF-8 become
// U+FFFD: a protobuf receiver refuses the whole request for one such string,
// and a command line or a host name is the sender's to choose.
func PutString(m pcommon.Map, key, s string) {
	if s != "" {
		m.PutStr(key, strings.ToValidUTF8(s, "\uFFFD"))
	}
}

// PutInt sets key to n, unless n is zero.
func PutInt(m pcommon.Map, key string, n int64) {
	if n != 0 {
		m.PutInt(key, n)
	}
}

// PutDouble sets key to f, unless f is zero, infinite or not a number.
func PutDouble(m pcommon.Map, key string, f float64) {
	if f != 0 && !math.IsNaN(f) && !math.IsInf(f, 0) {
		m.PutDouble(key, f)
	}
}

// PutStrings sets key to the list, unless it is empty.
func PutStrings(m pcommon.Map, key string, list []string) {
	if len(list) == 0 {
		return
	}
	s := m.PutEmptySlice(key)
	s.EnsureCapacity(len(list))
	for _, text := range list {
		s.AppendEmpty().SetStr(strings.ToValidUTF8(text, "\uFFFD"))
	}
}
