package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
)

// ErrMalformed says that a chunk is whole but does not hold what its kind says.
var ErrMalformed = errors.New("contents do not fit the kind")

// Coder writes fields in little endian, or reads them: one list of fields serves
// both ways, so that they cannot differ. After the first failure reading leaves
// fields as they are; Err says that it failed.
type Coder struct {
	data    []byte
	reading bool
	err     error
}

// Writer makes a coder that appends to data.
func Writer(data []byte) *Coder { return &Coder{data: data} }

// Reader makes a coder that reads data, and keeps none of it.
func Reader(data []byte) *Coder { return &Coder{data: data, reading: true} }

// Reading says which way it goes.
func (c *Coder) Reading() bool { return c.reading }

// Bytes is what was written, or what was not read yet.
func (c *Coder) Bytes() []byte { return c.data }

// More says that there is something left to read.
func (c *Coder) More() bool { return c.err == nil && len(c.data) > 0 }

// Err is what went wrong.
func (c *Coder) Err() error { return c.err }

// Fail notes what the caller found wrong.
func (c *Coder) Fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrMalformed, what)
	}
}

// next is the next n bytes to read; nil where there are fewer.
func (c *Coder) next(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n > len(c.data) {
		c.Fail("it ends early")
		return nil
	}
	head := c.data[:n]
	c.data = c.data[n:]
	return head
}

// U8 codes a byte.
func (c *Coder) U8(v *uint8) {
	if !c.reading {
		c.data = append(c.data, *v)
	} else if b := c.next(1); b != nil {
		*v = b[0]
	}
}

// U16 codes two bytes.
func (c *Coder) U16(v *uint16) {
	if !c.reading {
		c.data = binary.LittleEndian.AppendUint16(c.data, *v)
	} else if b := c.next(2); b != nil {
		*v = binary.LittleEndian.Uint16(b)
	}
}

// U32 codes four bytes.
func (c *Coder) U32(v *uint32) {
	if !c.reading {
		c.data = binary.LittleEndian.AppendUint32(c.data, *v)
	} else if b := c.next(4); b != nil {
		*v = binary.LittleEndian.Uint32(b)
	}
}

// U64 codes eight bytes.
func (c *Coder) U64(v *uint64) {
	if !c.reading {
		c.data = binary.LittleEndian.AppendUint64(c.data, *v)
	} else if b := c.next(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

// I64 codes eight bytes.
func (c *Coder) I64(v *int64) {
	u := uint64(*v)
	c.U64(&u)
	*v = int64(u)
}

// F32 codes four bytes.
func (c *Coder) F32(v *float32) {
	u := math.Float32bits(*v)
	c.U32(&u)
	*v = math.Float32frombits(u)
}

// F64 codes eight bytes.
func (c *Coder) F64(v *float64) {
	u := math.Float64bits(*v)
	c.U64(&u)
	*v = math.Float64frombits(u)
}

// Bool codes a byte.
func (c *Coder) Bool(v *bool) {
	var u uint8
	if *v {
		u = 1
	}
	c.U8(&u)
	*v = u != 0
}

// Array codes bytes whose number is known.
func (c *Coder) Array(v []byte) {
	if !c.reading {
		c.data = append(c.data, v...)
	} else if b := c.next(len(v)); b != nil {
		copy(v, b)
	}
}

// Len codes how many elements follow, each of at least so many bytes. What it reads
// is never more than what is left can hold.
func (c *Coder) Len(n int, least int) int {
	u := uint32(n)
	c.U32(&u)
	if !c.reading {
		return n
	}
	if c.err == nil && int64(u)*int64(least) > int64(len(c.data)) {
		c.Fail("more elements than bytes")
	}
	if c.err != nil {
		return 0
	}
	return int(u)
}

// Text codes a string, of any bytes.
func (c *Coder) Text(v *string) {
	n := c.Len(len(*v), 1)
	if !c.reading {
		c.data = append(c.data, *v...)
	} else if b := c.next(n); b != nil {
		*v = string(b)
	}
}

// Blob codes bytes, which it copies.
func (c *Coder) Blob(v *[]byte) {
	s := string(*v)
	c.Text(&s)
	if c.reading {
		*v = []byte(s)
	}
}

// Addr codes an address; the zero one too.
func (c *Coder) Addr(v *netip.Addr) {
	raw, _ := v.MarshalBinary() // never an error
	c.Blob(&raw)
	if c.reading && c.err == nil {
		if err := v.UnmarshalBinary(raw); err != nil {
			c.Fail("an address of a wrong length")
		}
	}
}

// Texts codes a list of strings.
func (c *Coder) Texts(v *[]string) {
	n := c.Len(len(*v), 4)
	if c.reading {
		*v = slices.Grow([]string(nil), n)[:n]
	}
	for i := range *v {
		c.Text(&(*v)[i])
	}
}

// sparseMost is how many bytes Sparse may code.
const sparseMost = 256

// Sparse codes what code does, of which much is zero: words of four bytes that are
// not, and which they are. It may be up to 256 bytes, always as many.
func (c *Coder) Sparse(code func(*Coder)) {
	if c.reading {
		c.expand(code)
		return
	}
	start := len(c.data)
	code(c)
	var words [sparseMost]byte
	copy(words[:], c.data[start:])
	var mask uint64
	c.data = append(c.data[:start], make([]byte, 8)...)
	for i := range sparseMost / 4 {
		if word := words[4*i : 4*i+4]; binary.LittleEndian.Uint32(word) != 0 {
			mask |= 1 << i
			c.data = append(c.data, word...)
		}
	}
	binary.LittleEndian.PutUint64(c.data[start:], mask)
}

func (c *Coder) expand(code func(*Coder)) {
	var mask uint64
	c.U64(&mask)
	var words [sparseMost]byte
	for i := range sparseMost / 4 {
		if mask&(1<<i) != 0 {
			c.Array(words[4*i : 4*i+4])
		}
	}
	if c.err == nil {
		inner := Coder{data: words[:], reading: true}
		code(&inner)
		c.err = inner.err
	}
}
