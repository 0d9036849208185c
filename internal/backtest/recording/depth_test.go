package recording

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// deep is a request whose body has arrays in one another, as many levels as said.
func deep(levels int) []byte {
	tags := append(slices.Repeat([]byte{0x0a, 0x2a}, levels), 0x2a, 0x12, 0x12, 0x0a) // innermost first
	var reversed, varint []byte
	for _, tag := range tags {
		varint = binary.AppendUvarint(varint[:0], uint64(len(reversed)))
		slices.Reverse(varint)
		reversed = append(append(reversed, varint...), tag)
	}
	slices.Reverse(reversed)
	return reversed
}

func TestTooDeep(t *testing.T) {
	for levels, want := range map[int]bool{0: false, 1: false, 90: false, 200: true, 100_000: true} {
		require.Equal(t, want, tooDeep(deep(levels)), levels)
	}
	for _, m := range messages(t, asProto) {
		require.False(t, tooDeep(m))
		for cut := range m {
			require.False(t, tooDeep(m[:cut]))
		}
	}
}

// Wherever values can nest, nesting is seen.
func TestTooDeepEverywhere(t *testing.T) {
	for name, place := range map[string]func(plog.ResourceLogs) pcommon.Value{
		"resource": func(rl plog.ResourceLogs) pcommon.Value { return rl.Resource().Attributes().PutEmpty("a") },
		"scope": func(rl plog.ResourceLogs) pcommon.Value {
			return rl.ScopeLogs().AppendEmpty().Scope().Attributes().PutEmpty("a")
		},
		"body": func(rl plog.ResourceLogs) pcommon.Value {
			return rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body()
		},
		"record": func(rl plog.ResourceLogs) pcommon.Value {
			return rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Attributes().PutEmpty("a")
		},
	} {
		t.Run(name, func(t *testing.T) {
			ld := logs("good")
			v := place(ld.ResourceLogs().AppendEmpty())
			for range maxDepth / 3 {
				v = v.SetEmptyMap().PutEmpty("b").SetEmptySlice().AppendEmpty()
			}
			require.True(t, tooDeep(asProto(ld)))
		})
	}
}

// What the decoder takes is walked to its end, and never read past it.
func FuzzTooDeep(f *testing.F) {
	for _, m := range messages(f, asProto)[:3] {
		f.Add(m)
	}
	f.Add(deep(150))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 100 {
			require.False(t, tooDeep(data), "too short to be deep")
		}
		tooDeep(data)
	})
}
