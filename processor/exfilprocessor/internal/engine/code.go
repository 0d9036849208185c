package engine

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// What follows is the form in which state is kept. Any change of it is another
// state.Version.

// used is when an entry of a table was last used, and how heavy it is.
type used struct {
	last   int64
	weight float32
}

func (u *used) code(c *state.Coder) {
	c.I64(&u.last)
	c.F32(&u.weight)
}

func (w *window) code(c *state.Coder) {
	c.U32(&w.step)
	for i := range quarters {
		c.I64(&w.sent[i])
		c.F32(&w.served[i])
		c.F32(&w.received[i])
	}
}

// code leaves out the connections that go on: they are another collector's.
func (p *Pair) code(c *state.Coder) {
	c.Sparse(p.codeAll)
}

func (p *Pair) codeAll(c *state.Coder) {
	p.window.code(c)
	c.I64(&p.first)
	c.I64(&p.last)
	c.U32(&p.lost)
	c.U32(&p.closed)
	c.U32(&p.born)
	c.U16(&p.port)
	c.U8((*uint8)(&p.marks))
	p.shift.Code(c)
	p.bulk.Code(c)
	p.daily.Code(c)
	p.ledger.Code(c)
	p.sizes.Code(c)
	p.beats.Code(c)
	c.Array(p.peer[:])
}

// code leaves out what only holds while the collector runs.
func (w *Workload) code(c *state.Coder) {
	c.Text(&w.Key)
	w.total.code(c)
	w.unusual.code(c)
	w.windows.code(c)
	w.days.code(c)
	w.senders.Code(c)
	w.codeLedgers(c)
}

// codeLedgers is what allowances have covered: a ceiling does not begin anew.
func (w *Workload) codeLedgers(c *state.Coder) {
	ledgers := w.ledgers
	if w.pass != nil {
		ledgers = w.pass.Ledgers()
	}
	n := c.Len(len(ledgers), 28)
	if c.Reading() {
		ledgers = make([]allow.Ledger, n)
		w.ledgers = ledgers
	}
	for i := range n {
		l := &ledgers[i]
		c.Text(&l.Allowance)
		c.I64(&l.Start)
		c.I64(&l.Bytes)
		c.I64(&l.Reached)
	}
}

func (r *reach) code(c *state.Coder) {
	for i := range r.spreads {
		r.spreads[i].Code(c)
	}
	c.U32(&r.bin)
	r.usual.Code(c)
}

func (a *alias) code(c *state.Coder) {
	c.Array(a.group[:])
	c.Text(&a.name)
}

// code leaves out where the suspect is kept, and whether it is open.
func (o *suspect) code(c *state.Coder, rules []Rule) {
	if c.Reading() {
		o.Incident, o.told = new(incident.Incident), make([]float64, len(rules))
	}
	o.Code(c, func(name string) *alert.Rule {
		if i := numbered(rules, name); i >= 0 {
			return rules[i].Describe()
		}
		return nil
	})
	c.I64(&o.active)
	c.I64(&o.quiet)
	o.codeTold(c, rules)
	o.ongoing.code(c)
}

// numbered is the rule's number among all, -1 if there is none of that name.
func numbered(rules []Rule, name string) int {
	for i, rule := range rules {
		if rule.Describe().Name == name {
			return i
		}
	}
	return -1
}

// codeTold names the rules, which may be others when they are read.
func (o *suspect) codeTold(c *state.Coder, rules []Rule) {
	for i := range c.Len(len(o.told), 12) {
		var name string
		var told float64
		if !c.Reading() {
			name, told = rules[i].Describe().Name, o.told[i]
		}
		c.Text(&name)
		c.F64(&told)
		if at := numbered(rules, name); c.Reading() && at >= 0 {
			o.told[at] = told
		}
	}
}

func (o *ongoing) code(c *state.Coder) {
	n := c.Len(len(*o), 16)
	if n > maxOngoing {
		c.Fail("too many flows that go on")
		return
	}
	if c.Reading() {
		*o = make(ongoing, n)
	}
	for i := range *o {
		g := &(*o)[i]
		addr, port := g.source.Addr(), g.source.Port()
		c.Addr(&addr)
		c.U16(&port)
		g.source = netip.AddrPortFrom(addr, port)
		c.U16(&g.port)
		c.I64(&g.until)
	}
}
