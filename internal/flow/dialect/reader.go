package dialect

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
)

// defaultSessions is how many sessions are joined at a time where the options
// do not say.
const defaultSessions = 1 << 16

// Options of a Reader.
type Options struct {
	// Products are those whose logs are read. Nil: all of them, each recognised by
	// the shape of its records.
	Products []string
	// Workloads says whose an address is, where a record does not. Nil: nobody's.
	Workloads *workload.Directory
	// Sessions is how many sessions are joined at a time. 0: 65,536.
	Sessions int
}

// Flow is what an observed container sent and got, and whose it is.
type Flow struct {
	// Resource is what the record says of the container, or Options.Workloads of its
	// address; empty where neither does, and only the source address can tell.
	Resource flow.Resource
	Record   flow.Record
}

// Reader reads other products' logs. It is not safe for concurrent use.
type Reader struct {
	recogniser recogniser
	workloads  *workload.Directory
	sessions   sessions
	transfers  transfers
	said       said
	view       view // of the record in hand
	flows      [2]Flow
	lost       int64 // records that a product said it lost, and no flow told yet
}

// NewReader fails where there is no product of a name.
func NewReader(o Options) (*Reader, error) {
	var dialects []*dialect
	known := Products()
	for _, name := range o.Products {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("no product %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	for _, d := range registry() {
		if o.Products == nil || slices.Contains(o.Products, d.product) {
			dialects = append(dialects, d)
		}
	}
	r := &Reader{recogniser: newRecogniser(dialects), workloads: o.Workloads}
	if o.Sessions <= 0 {
		o.Sessions = defaultSessions
	}
	r.sessions, r.transfers = newSessions(o.Sessions), newTransfers()
	return r, nil
}

// Stats are how many sessions are held, and how many gave way to others since
// the last time.
func (r *Reader) Stats() (held int, evicted int64) { return r.sessions.stats() }

// Knows says whether lr is a flow log of some product's. Unlike Read it is safe for
// concurrent use.
func (r *Reader) Knows(lr plog.LogRecord) bool {
	v := viewOf(lr)
	return r.recogniser.find(&v) != nil
}

// Read says whose log record lr is, and what flows it tells: none, one, or two
// where both ends are observed containers. Without a product it is no flow log.
// The error is a *flow.RecordError. The flows are the reader's until the next
// call, and their strings may alias lr.
func (r *Reader) Read(lr plog.LogRecord) (product string, flows []Flow, err error) {
	r.view = viewOf(lr)
	d := r.recogniser.find(&r.view)
	if d == nil {
		return "", nil, nil
	}
	s := &r.said
	*s = said{record: flow.Record{FTPCommands: s.record.FTPCommands[:0]}}
	if err := d.read(&r.view, s); err != nil {
		return d.product, nil, err
	}
	if s.silent {
		r.lost = min(r.lost+max(s.record.Lost, 0), maxCount)
		return d.product, nil, nil
	}
	if err := s.check(); err != nil {
		return d.product, nil, err
	}
	if s.session != "" && !r.sessions.join(d.product, s) {
		return d.product, nil, nil
	}
	r.transfers.observe(&s.record)
	s.record.Lost, r.lost = min(s.record.Lost+r.lost, maxCount), 0
	return d.product, r.orient(s), nil
}

// orient tells the flow from each end that is an observed container's; where
// neither is, as its product does.
func (r *Reader) orient(s *said) []Flow {
	from := r.observed(&s.source, s.record.Source.Addr())
	to := r.observed(&s.destination, s.record.Destination.Addr())
	flows := r.flows[:0]
	if from || !to {
		flows = append(flows, Flow{s.source, s.record})
	}
	if to {
		turned := Flow{s.destination, s.record}
		turned.Record.Turn()
		flows = append(flows, turned)
	}
	for i := range flows {
		if flows[i].Record.Initiator == flow.InitiatorDestination {
			flows[i].Record.DNS = flow.DNS{} // a name server did not ask: it was asked
		}
	}
	return flows
}

// observed says whether an end of the record in hand is a container's, and tells whose
// where the record does not.
func (r *Reader) observed(end *flow.Resource, addr netip.Addr) bool {
	if end.Named() {
		return true
	}
	whose, observed := r.workloads.OfFlow(addr, &r.said.record)
	if whose != nil {
		*end = whose.Resource
	}
	return observed
}

// maxSession is longer than any session's name: Zeek's has 18 bytes.
const maxSession = 64

// check makes sure of what a flow cannot do without, and of what would do harm.
func (s *said) check() error {
	r := &s.record
	r.Protocol, r.ProtocolVersion = clip(r.Protocol, maxWord), clip(r.ProtocolVersion, maxWord)
	r.Transport, s.session = clip(r.Transport, maxWord), clip(s.session, maxSession)
	switch {
	case !r.Source.Addr().IsValid():
		return &flow.RecordError{Attribute: "source address", Reason: "missing"}
	case !r.Destination.Addr().IsValid():
		return &flow.RecordError{Attribute: "destination address", Reason: "missing"}
	case r.Transport == "":
		return &flow.RecordError{Attribute: "transport", Reason: "missing or overlong"}
	case r.Time < attribute.Earliest:
		return &flow.RecordError{Attribute: "timestamp", Reason: "missing, before 1980 or after 2262"}
	}
	for _, n := range [...]int64{r.Bytes, r.ReverseBytes, r.Packets, r.ReversePackets} {
		if n < 0 || n > maxCount {
			return &flow.RecordError{Attribute: "counters", Reason: "negative or above 2^53"}
		}
	}
	if r.Start > r.Time {
		r.Start = 0
		r.Ignored++
	}
	return nil
}
