package attribute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestPutLeavesOutWhatIsNotKnown(t *testing.T) {
	m := pcommon.NewMap()
	PutString(m, "s", "")
	PutInt(m, "i", 0)
	PutDouble(m, "zero", 0)
	PutDouble(m, "nan", math.NaN())
	PutDouble(m, "infinite", math.Inf(-1))
	PutStrings(m, "list", nil)
	assert.Zero(t, m.Len())
}

func TestPut(t *testing.T) {
	m := pcommon.NewMap()
	PutString(m, "s", "a\xffb")
	PutInt(m, "i", -1)
	PutDouble(m, "d", 0.5)
	PutStrings(m, "list", []string{"a", "\xff"})
	assert.Equal(t, map[string]any{
		"s": "a\uFFFDb", "i": int64(-1), "d": 0.5, "list": []any{"a", "\uFFFD"},
	}, m.AsRaw())
}

func TestReadAsksForTheType(t *testing.T) {
	values := []pcommon.Value{
		pcommon.NewValueEmpty(), pcommon.NewValueStr(""), pcommon.NewValueInt(0),
		pcommon.NewValueDouble(0), pcommon.NewValueBool(true), pcommon.NewValueBytes(),
		pcommon.NewValueMap(), pcommon.NewValueSlice(),
	}
	for _, v := range values {
		_, isString := String(v)
		_, isInt := Int(v, 0, 9)
		_, isDouble := Double(v, 0, 9)
		_, _, isList := AppendStrings(nil, v, 9)
		assert.Equal(t, v.Type() == pcommon.ValueTypeStr, isString, v.Type())
		assert.Equal(t, v.Type() == pcommon.ValueTypeInt, isInt, v.Type())
		assert.Equal(t, v.Type() == pcommon.ValueTypeDouble, isDouble, v.Type())
		assert.Equal(t, v.Type() == pcommon.ValueTypeSlice, isList, v.Type())
	}
}

func TestIntRange(t *testing.T) {
	for n, inside := range map[int64]bool{-2: false, -1: true, 0: true, 5: true, 6: false} {
		_, ok := Int(pcommon.NewValueInt(n), -1, 5)
		assert.Equal(t, inside, ok, n)
	}
	_, ok := Int(pcommon.NewValueInt(0), 1, 5)
	assert.False(t, ok)
}

func TestDoubleRange(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), -0.1, 8.1} {
		_, ok := Double(pcommon.NewValueDouble(f), 0, 8)
		assert.False(t, ok, f)
	}
	_, ok := Double(pcommon.NewValueDouble(8), 0, 8)
	assert.True(t, ok)
}

func TestAppendStrings(t *testing.T) {
	v := pcommon.NewValueSlice()
	assert.NoError(t, v.Slice().FromRaw([]any{"a", int64(1), "", "b", "c"}))
	list, passed, ok := AppendStrings([]string{"kept"}, v, 3)
	assert.True(t, ok)
	assert.Equal(t, []string{"kept", "a", "b"}, list)
	assert.Equal(t, 3, passed)
}

func TestTimeBounds(t *testing.T) {
	for stamp, inside := range map[uint64]bool{
		0: false, uint64(Earliest) - 1: false, uint64(Earliest): true,
		uint64(Latest): true, uint64(Latest) + 1: false, math.MaxUint64: false,
	} {
		_, ok := Time(stamp)
		assert.Equal(t, inside, ok, stamp)
	}
}
