package exfilprocessor

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// foreign is what the processor knows of other products' logs.
type foreign struct {
	reader   *dialect.Reader
	rules    []*alert.Rule
	products []product // those met so far
}

// product is one whose logs came.
type product struct {
	name    string
	records int64 // since the counts were published
	refused bool  // one of its records could not be used, and that was said
	greeted bool  // its blind rules were counted
}

// newForeign is nil where no product's logs are read.
func newForeign(cfg *Config, whose *workload.Directory, rules []engine.Rule) (*foreign, error) {
	if len(cfg.Dialects) == 0 {
		return nil, nil
	}
	reader, err := dialect.NewReader(dialect.Options{Products: cfg.Dialects, Workloads: whose})
	if err != nil {
		return nil, fmt.Errorf("dialects: %w", err)
	}
	f := &foreign{reader: reader}
	for _, rule := range rules {
		f.rules = append(f.rules, rule.Describe())
	}
	return f, nil
}

// of is the product of that name; there are no more than dialects.
func (f *foreign) of(name string) *product {
	for i := range f.products {
		if f.products[i].name == name {
			return &f.products[i]
		}
	}
	f.products = append(f.products, product{name: name})
	return &f.products[len(f.products)-1]
}

// other takes a record that is no flow record, and says whether it is a flow log of
// another product.
func (p *exfil) other(from *origin, lr plog.LogRecord) bool {
	name, flows, err := p.foreign.reader.Read(lr)
	if name == "" {
		return false
	}
	of := p.foreign.of(name)
	of.records++
	if err != nil {
		p.engine.Reject()
		p.refuse(of, lr, err)
		return true
	}
	for i := range flows {
		p.put(p.batch.told(from, &flows[i].Resource), &flows[i].Record)
	}
	return true
}

// refuse says of a product once, not for each record, that its records cannot be
// used: they may come in thousands.
func (p *exfil) refuse(of *product, lr plog.LogRecord, err error) {
	if of.refused {
		return
	}
	of.refused = true
	p.logger.Warn("A log record cannot be used as a flow; more of them are counted in otelcol_exfil_records_rejected",
		zap.String("dialect", of.name), zap.Error(err), zap.String("record", excerpt(lr)))
}

const (
	maxExcerpt = 256
	// maxExcerptRead bounds what is looked at for it, in bytes.
	maxExcerptRead = 4 << 10
)

// excerpt is the beginning of a record, without secrets.
func excerpt(lr plog.LogRecord) string {
	text := ""
	if lr.Body().Type() != pcommon.ValueTypeEmpty {
		text = lr.Body().AsString()
	} else {
		attributes := pcommon.NewValueMap()
		lr.Attributes().CopyTo(attributes.Map())
		text = attributes.AsString()
	}
	words := strings.Fields(text[:min(len(text), maxExcerptRead)])
	return mask.Printable(mask.CommandLine(words), maxExcerpt)
}
