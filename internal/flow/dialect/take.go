package dialect

import (
	"net/netip"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	// maxCount bounds a counter of one record, as flow.Decode does: 8 PiB.
	maxCount = 1 << 53
	maxPort  = 1<<16 - 1
	// maxName bounds a name that is taken over, in bytes: Kubernetes' longest is
	// 253, as is DNS's.
	maxName = 253
)

// take reads fields that must be usable; the first that is not stands as the
// record's error. A field is named by its path, as its product writes it.
type take struct {
	*view
	failed *flow.RecordError
	// ignored counts the fields that a flow can do without and that were mistyped
	// or out of range.
	ignored int
}

// result is nil, or a *flow.RecordError.
func (t *take) result() error {
	if t.failed != nil {
		return t.failed
	}
	return nil
}

func (t *take) refuse(reason string, path ...string) {
	if t.failed == nil {
		t.failed = &flow.RecordError{Attribute: strings.Join(path, "."), Reason: reason}
	}
}

// address is an IP address, IPv4 where it is mapped into IPv6, without a zone.
func (t *take) address(path ...string) netip.Addr {
	value, ok := t.get(path...)
	if !ok {
		t.refuse("missing", path...)
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(value.Str())
	if err != nil {
		t.refuse("not an IP address", path...)
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// port is a port number, zero where there is none.
func (t *take) port(path ...string) uint16 {
	if !t.has(path...) {
		return 0
	}
	n, ok := t.number(path...)
	if !ok || n < 0 || n > maxPort {
		t.refuse("not a port from 0 to 65535", path...)
		return 0
	}
	return uint16(n)
}

// count is a counter that must be there, from 0 to 2^53.
func (t *take) count(path ...string) int64 {
	if !t.has(path...) {
		t.refuse("missing", path...)
		return 0
	}
	n, ok := t.number(path...)
	if !ok || n < 0 || n > maxCount {
		t.refuse("not a count: mistyped, negative or above 2^53", path...)
		return 0
	}
	return n
}

// protocol is the name of an IP protocol that a field has the number of.
func (t *take) protocol(number int64, field string) string {
	if number < 0 || number > 255 {
		t.refuse("not an IP protocol from 0 to 255", field)
		return ""
	}
	return flow.Transport(uint8(number))
}

// perhaps is a number from 0 to high that a flow can do without.
func (t *take) perhaps(high int64, path ...string) (int64, bool) {
	if !t.has(path...) {
		return 0, false
	}
	n, ok := t.number(path...)
	if !ok || n < 0 || n > high {
		t.ignored++
		return 0, false
	}
	return n, true
}

// moment is a time in ns since the epoch that a flow can do without: a number
// of that unit, or text as RFC 3339 has it. Zero where there is none, or none
// that a record may carry; products write 0 for a time that they don't know.
func (t *take) moment(unit time.Duration, path ...string) int64 {
	value, ok := t.get(path...)
	if !ok {
		return 0
	}
	if n, isNumber := t.number(path...); isNumber {
		if n > 0 && n <= attribute.Latest/int64(unit) && n*int64(unit) >= attribute.Earliest {
			return n * int64(unit)
		}
		if n != 0 {
			t.ignored++
		}
		return 0
	}
	at, err := time.Parse(time.RFC3339Nano, value.Str())
	if err != nil || at.Before(earliest) || at.After(latest) {
		t.ignored++
		return 0
	}
	return at.UnixNano()
}

// The bounds of attribute.Time, for times that may not fit into nanoseconds.
var (
	earliest = time.Unix(0, attribute.Earliest)
	latest   = time.Unix(0, attribute.Latest)
)

// name is text that a flow can do without, at most maxName bytes of it.
func (t *take) name(path ...string) string {
	value, ok := t.get(path...)
	if !ok || value.Type() == pcommon.ValueTypeEmpty { // JSON's null
		return ""
	}
	text, isText := attribute.String(value)
	if !isText || len(text) > maxName {
		t.ignored++
		return ""
	}
	return text
}

// clock sets the record's times. Without an end it takes the log record's own
// time; without that either there is no flow.
func (t *take) clock(r *flow.Record, start, end int64) {
	r.Start, r.End, r.Time = start, end, end
	if r.Time == 0 {
		r.Time, _ = attribute.Time(uint64(t.time))
	}
	if r.Time < attribute.Earliest {
		t.refuse("missing, before 1980 or after 2262", "timestamp")
	}
	if r.Start > r.Time {
		r.Start = 0
		t.ignored++
	}
}
