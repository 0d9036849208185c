package flow

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// dice turns a fuzzer's bytes into choices; when they run out, all are zero.
type dice struct{ bytes []byte }

func (d *dice) take(n int) []byte {
	out := make([]byte, n)
	d.bytes = d.bytes[copy(out, d.bytes):]
	return out
}

func (d *dice) below(n int) int { return int(d.take(1)[0]) % n }

func (d *dice) int64() int64 { return int64(binary.LittleEndian.Uint64(d.take(8))) }

func (d *dice) text() string { return string(d.take(d.below(40))) }

func (d *dice) validText() string {
	return strings.ToValidUTF8(d.text(), "\uFFFD")
}

func (d *dice) address() netip.Addr {
	size := 4 + 12*d.below(2)
	addr, _ := netip.AddrFromSlice(d.take(size))
	return bare(addr)
}

func (d *dice) end() netip.AddrPort {
	return netip.AddrPortFrom(d.address(), uint16(d.int64()))
}

func (d *dice) count() int64 { return d.int64() & (maxCount - 1) }

func (d *dice) pid() int64 { return d.int64() & maxPID }

func (d *dice) double() float64 { return math.Float64frombits(uint64(d.int64())) }

// value sets v to anything that an attribute can hold.
func (d *dice) value(v pcommon.Value) {
	switch d.below(9) {
	case 0:
		v.SetStr(d.text())
	case 1:
		v.SetInt(d.int64())
	case 2:
		v.SetInt(int64(d.below(256)))
	case 3:
		v.SetDouble(d.double())
	case 4:
		v.SetBool(true)
	case 5:
		v.SetEmptyBytes().FromRaw(d.take(3))
	case 6:
		v.SetEmptyMap().PutStr(d.text(), d.text())
	case 7:
		d.list(v.SetEmptySlice())
	case 8: // empty
	}
}

func (d *dice) list(s pcommon.Slice) {
	for range d.below(80) {
		if d.below(4) == 0 {
			s.AppendEmpty().SetInt(1)
			continue
		}
		s.AppendEmpty().SetStr(d.text())
	}
}
