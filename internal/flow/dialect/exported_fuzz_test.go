package dialect

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// A fuzzed record is a good one of which bytes spoil parts: each step takes a
// path into the tree and puts something else there.

func FuzzHubble(f *testing.F) { fuzzRead(f, &hubble, jsonLines(f, "hubble.jsonl")) }

func FuzzNetObserv(f *testing.F) { fuzzRead(f, &netobserv, jsonLines(f, "netobserv.jsonl")) }

func FuzzVPC(f *testing.F) {
	fuzzRead(f, &vpc, append(vpcLines(f, func(name string) string { return name }), vpcEncoded(f, nil)))
}

func FuzzNetFlow(f *testing.F) {
	fuzzRead(f, &netflow, []plog.LogRecord{fromFields(f, netflowFields(nil))})
}

func fuzzRead(f *testing.F, d *dialect, good []plog.LogRecord) {
	for which := range good {
		f.Add(uint8(which), []byte(nil))
		f.Add(uint8(which), []byte{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3})
	}
	f.Fuzz(func(t *testing.T, which uint8, changes []byte) {
		lr := plog.NewLogRecord()
		good[int(which)%len(good)].CopyTo(lr)
		v := viewOf(lr)
		c := changer{bytes: changes}
		for len(c.bytes) > 0 {
			c.spoil(v.root, 4)
		}
		if !d.mine(&v) {
			return
		}
		var s said
		if err := d.read(&v, &s); err != nil {
			var refused *flow.RecordError
			require.ErrorAs(t, err, &refused)
			require.NotEmpty(t, refused.Attribute)
			return
		}
		sane(t, &s)
		r, err := NewReader(Options{Products: []string{d.product}})
		require.NoError(t, err)
		_, _, _ = r.Read(lr) // no panic
	})
}

// changer takes decisions from bytes.
type changer struct{ bytes []byte }

func (c *changer) next() int {
	if len(c.bytes) == 0 {
		return 0
	}
	b := c.bytes[0]
	c.bytes = c.bytes[1:]
	return int(b)
}

// spoil walks down from m and changes what it comes to.
func (c *changer) spoil(m pcommon.Map, depth int) {
	if m.Len() == 0 {
		c.next()
		return
	}
	chosen, i := c.next()%m.Len(), 0
	for key, value := range m.All() {
		if i++; i <= chosen {
			continue
		}
		down := c.next()%2 == 1 && depth > 0
		switch {
		case down && value.Type() == pcommon.ValueTypeMap:
			c.spoil(value.Map(), depth-1)
		case down && value.Type() == pcommon.ValueTypeSlice && value.Slice().Len() > 0:
			c.set(value.Slice().At(c.next() % value.Slice().Len()))
		case c.next()%8 == 0:
			m.Remove(key)
		default:
			c.set(value)
		}
		return
	}
}

// set makes v something of any type.
func (c *changer) set(v pcommon.Value) {
	n := min(len(c.bytes), 8)
	var eight [8]byte
	copy(eight[:], c.bytes[:n])
	number := binary.LittleEndian.Uint64(eight[:])
	switch c.next() % 9 {
	case 0:
		_ = v.FromRaw(nil)
	case 1:
		length := c.next()
		v.SetStr(string(c.bytes[:min(len(c.bytes), length)]))
	case 2:
		v.SetInt(int64(number))
	case 3:
		v.SetDouble(math.Float64frombits(number))
	case 4:
		v.SetBool(true)
	case 5:
		v.SetEmptyMap().PutInt("IP", int64(number))
	case 6:
		list := v.SetEmptySlice()
		list.AppendEmpty().SetEmptyMap().PutStr("kind", "Deployment")
		list.AppendEmpty().SetInt(int64(number))
	case 7:
		v.SetEmptyBytes().FromRaw(eight[:])
	default:
		v.SetInt(int64(number >> (number % 64)))
	}
}
