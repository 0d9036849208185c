package state

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// fields has one of each form.
type fields struct {
	a uint8
	b uint16
	c uint32
	d uint64
	e int64
	f float32
	g float64
	h bool
	i [3]byte
	j string
	k []byte
	l netip.Addr
	m []string
	n [4]uint32
}

func (f *fields) code(c *Coder) {
	c.U8(&f.a)
	c.U16(&f.b)
	c.U32(&f.c)
	c.U64(&f.d)
	c.I64(&f.e)
	c.F32(&f.f)
	c.F64(&f.g)
	c.Bool(&f.h)
	c.Array(f.i[:])
	c.Text(&f.j)
	c.Blob(&f.k)
	c.Addr(&f.l)
	c.Texts(&f.m)
	c.Sparse(func(c *Coder) {
		for i := range f.n {
			c.U32(&f.n[i])
		}
	})
}

func example() fields {
	return fields{
		a: 1, b: 2, c: 3, d: 4, e: math.MinInt64, f: 0.5, g: math.Pi, h: true, i: [3]byte{7, 8, 9},
		j: "drop.example", k: []byte{0, 255}, l: netip.MustParseAddr("2001:db8::7"), m: []string{"T1020", ""},
		n: [4]uint32{0, 1 << 31, 0, 5},
	}
}

func written(f fields) []byte {
	w := Writer(nil)
	f.code(w)
	return w.Bytes()
}

func TestFieldsComeBack(t *testing.T) {
	for _, want := range []fields{example(), {k: []byte{}}} {
		r := Reader(written(want))
		var got fields
		got.code(r)
		require.NoError(t, r.Err())
		require.False(t, r.More())
		require.Equal(t, want, got)
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	whole := written(example())
	for n := range whole {
		r := Reader(whole[:n])
		var got fields
		got.code(r)
		require.ErrorIs(t, r.Err(), ErrMalformed, "%d bytes", n)
	}
}

func TestALengthAllocatesNothing(t *testing.T) {
	data := binary.LittleEndian.AppendUint32(nil, math.MaxUint32)
	for _, read := range []func(*Coder){
		func(c *Coder) { c.Text(new(string)) },
		func(c *Coder) { c.Texts(new([]string)) },
		func(c *Coder) { require.Zero(t, c.Len(0, 8)) },
	} {
		c := Reader(data)
		read(c)
		require.ErrorIs(t, c.Err(), ErrMalformed)
	}
}

func sealed(payload string) []byte {
	return Seal(append(Begin(nil, Pairs, 42), payload...))
}

func TestAChunkComesBack(t *testing.T) {
	for _, payload := range []string{"", "payload"} {
		data := sealed(payload)
		require.Equal(t, payload == "", Empty(data))
		chunk, err := Open(data)
		require.NoError(t, err)
		require.Equal(t, Chunk{Kind: Pairs, Generation: 42, Payload: []byte(payload)}, chunk)
	}
}

func TestADamagedChunkIsNotRead(t *testing.T) {
	whole := sealed("payload")
	for i := range whole {
		data := append([]byte(nil), whole...)
		data[i] ^= 1
		_, err := Open(data)
		require.Error(t, err, "byte %d", i)
		_, err = Open(whole[:i])
		require.Error(t, err, "%d bytes", i)
	}
	_, err := Open(append(whole, 0))
	require.ErrorIs(t, err, ErrTruncated)
	_, err = Open([]byte("bbolt or whatever else lies there"))
	require.ErrorIs(t, err, ErrForeign)
	_, err = Open(nil)
	require.ErrorIs(t, err, ErrForeign)
}

func TestAnotherVersionIsNamed(t *testing.T) {
	for _, version := range []uint16{0, Version - 1, Version + 1} {
		data := sealed("payload")
		binary.LittleEndian.PutUint16(data[atVersion:], version)
		_, err := Open(data)
		var other *VersionError
		require.ErrorAs(t, err, &other)
		require.Equal(t, version, other.Found)
	}
}

func TestKindsHaveWords(t *testing.T) {
	for k := Head; k <= Index; k++ {
		require.NotContains(t, k.String(), "kind")
	}
	require.Equal(t, "kind 0", Kind(0).String())
	require.Equal(t, "kind 99", Kind(99).String())
}

// What can be opened is what was sealed.
func FuzzOpen(f *testing.F) {
	f.Add(sealed("payload"))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		chunk, err := Open(data)
		if err != nil {
			return
		}
		again := Seal(append(Begin(nil, chunk.Kind, chunk.Generation), chunk.Payload...))
		require.Equal(t, chunk, must(Open(again)))
	})
}

func must(chunk Chunk, err error) Chunk {
	if err != nil {
		panic(err)
	}
	return chunk
}

// Whatever is read takes no more than it has, and comes back if it was read.
func FuzzFields(f *testing.F) {
	f.Add(written(example()))
	f.Add(written(fields{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := Reader(data)
		var got fields
		got.code(r)
		if r.Err() != nil {
			return
		}
		again := Reader(written(got))
		var back fields
		back.code(again)
		require.NoError(t, again.Err())
		require.Equal(t, got.j, back.j)
		require.Equal(t, got.m, back.m)
		require.Equal(t, got.l, back.l)
	})
}
