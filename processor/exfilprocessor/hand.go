package exfilprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// hand is what the processor has decoded and the engine has not seen yet: records of
// one source. It is reused.
type hand struct {
	records [engine.MostRecords]flow.Record
	filled  int
	loose   flow.Record // one whose source is not known yet
	source  *engine.Source
	seen    int   // log records of the batch
	others  []int // which of them, from 0, are other products' flow logs
}

// empty forgets the batch.
func (h *hand) empty() { h.seen, h.others, h.source = 0, h.others[:0], nil }

// read shows the flow records of a resource to the engine, some at a time.
func (p *exfil) read(from *origin) {
	for _, sl := range from.logs.ScopeLogs().All() {
		for _, lr := range sl.LogRecords().All() {
			switch {
			case flow.Is(lr):
				p.own(from, lr)
			case p.foreign != nil && p.other(from, lr):
				p.hand.others = append(p.hand.others, p.seen)
			}
			p.seen++
		}
	}
	p.show()
}

// own takes a flow record of the product's own form. Where its resource does not name
// what runs, the workloads file may say whose its address was.
func (p *exfil) own(from *origin, lr plog.LogRecord) {
	nameless := p.cfg.Networks.WorkloadsFile != "" && !from.resource.Named()
	record := &p.loose
	if !nameless {
		record = p.room(&from.source)
	}
	if err := record.Decode(lr); err != nil {
		p.engine.Reject()
		return
	}
	if !nameless {
		p.filled++
		return
	}
	if w, _ := p.whose.OfFlow(record.Source.Addr(), record); w != nil {
		from = p.batch.told(from, &w.Resource)
	}
	p.put(from, record)
}

// put copies a record of a source: what it aliases is its reader's.
func (p *exfil) put(from *origin, record *flow.Record) {
	into := p.room(&from.source)
	commands := append(into.FTPCommands[:0], record.FTPCommands...)
	*into = *record
	into.FTPCommands = commands
	p.filled++
}

// room is where the source's next record goes; whoever fills it counts it.
func (p *exfil) room(source *engine.Source) *flow.Record {
	if p.filled == len(p.records) || p.source != source {
		p.show()
		p.source = source
	}
	return &p.records[p.filled]
}

// show hands over the records.
func (p *exfil) show() {
	if p.filled > 0 {
		p.engine.ObserveAll(p.source, p.records[:p.filled])
		p.filled = 0
	}
}

// gone says, asked of each log record of the batch in order, whether it was a flow
// record.
func (p *exfil) gone() func(plog.LogRecord) bool {
	nth, others := 0, p.hand.others
	return func(lr plog.LogRecord) bool {
		other := len(others) > 0 && others[0] == nth
		if other {
			others = others[1:]
		}
		nth++
		return other || flow.Is(lr)
	}
}
