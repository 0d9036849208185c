package stats

import "github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"

// Code reads or writes the baseline.
func (b *Baseline) Code(c *state.Coder) {
	c.F32(&b.sum)
	c.U32(&b.bin)
	b.mean.code(c)
	b.limit.code(c)
	c.U8((*uint8)(&b.dev))
	c.U8(&b.bins)
	c.U8(&b.peaks.lone)
	c.U8(&b.peaks.peak)
}

func (n *nats) code(c *state.Coder) { c.U16((*uint16)(n)) }

// Code reads or writes the beats.
func (b *Beats) Code(c *state.Coder) {
	c.U32(&b.start)
	c.U32(&b.end)
	c.F32(&b.interval)
	c.F32(&b.dev)
	c.F32(&b.bytes)
	c.F32(&b.sum)
	c.U8(&b.count)
	c.U8(&b.evidence)
	c.U8(&b.ripple)
}

// Code reads or writes what is known.
func (k *Known) Code(c *state.Coder) {
	for i := range k.seen {
		s := &k.seen[i]
		c.U32(&s.hash)
		c.U32(&s.first)
		c.U32(&s.last)
	}
}

// Code reads or writes the ledger.
func (l *Ledger) Code(c *state.Coder) {
	for h := range l.sums {
		c.F32(&l.sums[h])
	}
	c.U32(&l.last)
}

// Code reads or writes the shift.
func (s *Shift) Code(c *state.Coder) { c.U16((*uint16)(s)) }

// Code reads or writes the sizes.
func (s *Sizes) Code(c *state.Coder) {
	for i := range s.clusters {
		k := &s.clusters[i]
		c.F32(&k.mean)
		c.U16(&k.variance)
		c.U8(&k.count)
		c.U8(&k.day)
	}
}

// Code reads or writes the spread.
func (s *Spread) Code(c *state.Coder) {
	for i := range s {
		c.U64(&s[i])
	}
}
