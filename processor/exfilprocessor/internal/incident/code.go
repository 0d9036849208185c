package incident

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// leastFinding is how many bytes a finding takes at the least.
const leastFinding = 88

// Code reads or writes the incident. Rule finds a rule by name, nil if there is none
// of it any more: its evidence stays.
func (i *Incident) Code(c *state.Coder, rule func(name string) *alert.Rule) {
	a := &i.alert
	c.Text(&a.ID)
	c.I64(&a.Time)
	c.F64(&a.Score)
	c.I64(&a.Bytes)
	c.I64(&a.FirstSeen)
	c.I64(&a.LastSeen)
	c.Texts(&a.Techniques)
	c.Texts(&a.Files)
	codeDestination(c, &a.Destination)
	codeProcess(c, &a.Process)
	n := c.Len(len(a.Evidence), leastFinding)
	if c.Reading() {
		a.Evidence = make([]alert.Finding, n)
		a.Severity = SeverityOf(a.Score)
	}
	for f := range a.Evidence {
		codeFinding(c, &a.Evidence[f], rule)
	}
	i.codeRest(c)
	if c.Reading() && n == 0 {
		c.Fail("an incident without evidence")
	}
}

// codeRest is what the incident has beside its alert.
func (i *Incident) codeRest(c *state.Coder) {
	about := uint8(i.about)
	c.U8(&about)
	i.about = About(about)
	c.Text(&i.subject)
	c.Text(&i.reason)
	c.Text(&i.action)
	c.F64(&i.lead)
	spread := int64(i.spread)
	c.I64(&spread)
	i.spread = int(spread)
	c.I64(&i.reported)
	c.I64(&i.lost)
}

func codeDestination(c *state.Coder, d *alert.Destination) {
	c.Addr(&d.Address)
	c.U16(&d.Port)
	c.Text(&d.Domain)
	c.Text(&d.Protocol)
}

func codeProcess(c *state.Coder, p *alert.Process) {
	c.I64(&p.PID)
	c.I64(&p.ParentPID)
	c.Text(&p.Executable)
	c.Text(&p.CommandLine)
}

func codeFinding(c *state.Coder, f *alert.Finding, rule func(string) *alert.Rule) {
	codeRule(c, f, rule)
	c.Texts(&f.Techniques)
	severity := uint32(f.Severity)
	c.U32(&severity)
	f.Severity = alert.Severity(severity)
	c.F64(&f.Score)
	c.F64(&f.Weight)
	c.F64(&f.Observed)
	c.F64(&f.Threshold)
	c.F64(&f.Baseline)
	c.Text(&f.Unit)
	c.Text(&f.Sentence)
	c.I64(&f.Time)
}

// codeRule keeps the whole rule, since it may be switched off when the incident is
// read.
func codeRule(c *state.Coder, f *alert.Finding, rule func(string) *alert.Rule) {
	var r alert.Rule
	if !c.Reading() {
		r = *f.Rule
	}
	family := string(r.Family)
	for _, text := range []*string{&r.Name, &r.Category, &r.Description, &r.Reference, &r.Version, &family} {
		c.Text(text)
	}
	if !c.Reading() {
		return
	}
	r.Family = alert.Family(family)
	if f.Rule = rule(r.Name); f.Rule == nil {
		f.Rule = &r
	}
}
