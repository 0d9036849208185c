package alert

import (
	"math"
	"net/netip"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

const (
	// maxList bounds each of an alert's lists. An alert may come over the
	// network, and what acts on it must not be made to hold more.
	maxList  = 256
	maxPID   = 1<<31 - 1
	maxPort  = 1<<16 - 1
	maxScore = 100
)

// Decode reads lr into a, all of it. Strings alias lr. Without an id, a status,
// a severity and a time there is no alert, and the error is a *DecodeError;
// anything else that is mistyped or out of range is left out.
//
// A finding comes back as exfil.evidence has it: its rule by name alone, except
// the strongest, which security_rule.* describes, and one technique.
func (a *Alert) Decode(lr plog.LogRecord) error {
	*a = Alert{Severity: Severity(lr.SeverityNumber())}
	if lr.Body().Type() == pcommon.ValueTypeStr {
		a.Body = lr.Body().Str()
	}
	var rule Rule
	for key, v := range lr.Attributes().All() {
		a.attribute(key, v, &rule)
	}
	if len(a.Evidence) > 0 && rule.Name != "" {
		rule.Family = a.Evidence[0].rule().Family
		a.Evidence[0].Rule = &rule
	}
	return a.check(lr.Timestamp())
}

// check sets the time, and refuses an alert that nothing can be done with.
func (a *Alert) check(stamp pcommon.Timestamp) error {
	at, ok := attribute.Time(uint64(stamp))
	if !ok {
		return &DecodeError{Attribute: "timestamp", Reason: "missing, before 1980 or after 2262"}
	}
	a.Time = at
	if a.ID == "" {
		return &DecodeError{Attribute: attrID, Reason: "missing or not a string"}
	}
	if !a.Status.valid() {
		return &DecodeError{Attribute: attrStatus, Reason: "not open, update or closed"}
	}
	if !a.Severity.valid() {
		return &DecodeError{Attribute: "severity_number", Reason: "not 13, 17, 19 or 21"}
	}
	return nil
}

func (a *Alert) attribute(key string, v pcommon.Value, rule *Rule) {
	switch key {
	case attrID:
		a.ID, _ = attribute.String(v)
	case attrStatus:
		status, _ := attribute.String(v)
		a.Status = Status(status)
	case attrScore:
		a.Score = double(v, 0, maxScore)
	case attrBytes:
		a.Bytes = integer(v, 0, math.MaxInt64)
	case attrFirstSeen:
		a.FirstSeen = integer(v, attribute.Earliest, attribute.Latest)
	case attrLastSeen:
		a.LastSeen = integer(v, attribute.Earliest, attribute.Latest)
	case attrTechniques:
		a.Techniques, _, _ = attribute.AppendStrings(nil, v, maxList)
	case attrFiles:
		a.Files, _, _ = attribute.AppendStrings(nil, v, maxList)
	case attrEvidence:
		a.Evidence = evidence(v)
	case attrLost:
		a.Lost = integer(v, 0, math.MaxInt64)
	default:
		a.Destination.attribute(key, v)
		a.Process.attribute(key, v)
		rule.attribute(key, v)
	}
}

func (d *Destination) attribute(key string, v pcommon.Value) {
	switch key {
	case attrDestinationAddress:
		text, _ := attribute.String(v)
		addr, _ := netip.ParseAddr(text) // invalid where it cannot be read
		d.Address = addr.Unmap().WithZone("")
	case attrDestinationPort:
		d.Port = uint16(integer(v, 0, maxPort))
	case attrDestinationDomain:
		d.Domain, _ = attribute.String(v)
	case attrDestinationProtocol:
		d.Protocol, _ = attribute.String(v)
	}
}

func (p *Process) attribute(key string, v pcommon.Value) {
	switch key {
	case attrPID:
		p.PID = integer(v, 0, maxPID)
	case attrParentPID:
		p.ParentPID = integer(v, 0, maxPID)
	case attrExecutable:
		p.Executable, _ = attribute.String(v)
	case attrCommandLine:
		p.CommandLine, _ = attribute.String(v)
	}
}

func (r *Rule) attribute(key string, v pcommon.Value) {
	switch key {
	case attrRuleName:
		r.Name, _ = attribute.String(v)
	case attrRuleCategory:
		r.Category, _ = attribute.String(v)
	case attrRuleDescription:
		r.Description, _ = attribute.String(v)
	case attrRuleReference:
		r.Reference, _ = attribute.String(v)
	case attrRuleVersion:
		r.Version, _ = attribute.String(v)
	}
}

// integer is v's number, or zero where it is none or out of range.
func integer(v pcommon.Value, low, high int64) int64 {
	n, ok := attribute.Int(v, low, high)
	if !ok {
		return 0
	}
	return n
}

// double is v's number, or zero where it is none or out of range.
func double(v pcommon.Value, low, high float64) float64 {
	f, ok := attribute.Double(v, low, high)
	if !ok {
		return 0
	}
	return f
}
