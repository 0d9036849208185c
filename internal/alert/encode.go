package alert

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// typicalAttributes saves the attribute list from growing as it is filled.
const typicalAttributes = 30

// Is says whether lr carries an Alert.
func Is(lr plog.LogRecord) bool { return lr.EventName() == EventName }

// Encode writes a into lr, which is new and empty. Of each finding it writes
// what exfil.evidence holds, the strongest technique only; the strongest
// finding's rule becomes security_rule.*.
func (a *Alert) Encode(lr plog.LogRecord) {
	lr.SetEventName(EventName)
	if a.Time > 0 {
		lr.SetTimestamp(pcommon.Timestamp(a.Time))
	}
	lr.SetSeverityNumber(plog.SeverityNumber(a.Severity))
	lr.SetSeverityText(a.Severity.Text())
	lr.Body().SetStr(strings.ToValidUTF8(a.Body, "\uFFFD"))
	m := lr.Attributes()
	m.EnsureCapacity(typicalAttributes)
	a.encodeIncident(m)
	a.Destination.encode(m)
	if len(a.Evidence) > 0 {
		a.Evidence[0].Rule.encode(m)
		encodeEvidence(m.PutEmptySlice(attrEvidence), a.Evidence)
	}
	a.Process.encode(m)
	attribute.PutStrings(m, attrFiles, a.Files)
	attribute.PutInt(m, attrLost, a.Lost)
}

func (a *Alert) encodeIncident(m pcommon.Map) {
	attribute.PutString(m, attrID, a.ID)
	attribute.PutString(m, attrStatus, string(a.Status))
	putNumber(m, attrScore, a.Score)
	m.PutDouble(attrPrior, Prior)
	m.PutInt(attrBytes, a.Bytes)
	attribute.PutInt(m, attrFirstSeen, a.FirstSeen)
	attribute.PutInt(m, attrLastSeen, a.LastSeen)
	attribute.PutStrings(m, attrTechniques, a.Techniques)
	m.PutStr(attrTactic, Tactic)
}

func (d *Destination) encode(m pcommon.Map) {
	if d.Address.IsValid() {
		m.PutStr(attrDestinationAddress, d.Address.Unmap().WithZone("").String())
	}
	attribute.PutInt(m, attrDestinationPort, int64(d.Port))
	attribute.PutString(m, attrDestinationDomain, d.Domain)
	attribute.PutString(m, attrDestinationProtocol, d.Protocol)
}

func (r *Rule) encode(m pcommon.Map) {
	if r == nil {
		return
	}
	attribute.PutString(m, attrRuleName, r.Name)
	attribute.PutString(m, attrRuleCategory, r.Category)
	attribute.PutString(m, attrRuleDescription, r.Description)
	attribute.PutString(m, attrRuleReference, r.Reference)
	attribute.PutString(m, attrRuleVersion, r.Version)
	m.PutStr(attrRulesetName, rulesetName)
}

func (p *Process) encode(m pcommon.Map) {
	attribute.PutInt(m, attrPID, p.PID)
	attribute.PutInt(m, attrParentPID, p.ParentPID)
	attribute.PutString(m, attrExecutable, p.Executable)
	attribute.PutString(m, attrCommandLine, p.CommandLine)
}

func encodeEvidence(list pcommon.Slice, findings []Finding) {
	list.EnsureCapacity(len(findings))
	for i := range findings {
		findings[i].encode(list.AppendEmpty().SetEmptyMap())
	}
}

func (f *Finding) encode(m pcommon.Map) {
	if f.Rule != nil {
		attribute.PutString(m, keyRule, f.Rule.Name)
		attribute.PutString(m, keyFamily, string(f.Rule.Family))
	}
	if len(f.Techniques) > 0 {
		attribute.PutString(m, keyTechnique, f.Techniques[0])
	}
	putNumber(m, keyObserved, f.Observed)
	putNumber(m, keyThreshold, f.Threshold)
	attribute.PutDouble(m, keyBaseline, f.Baseline)
	attribute.PutString(m, keyUnit, f.Unit)
	putNumber(m, keyScore, f.Score)
	putNumber(m, keyWeight, f.Weight)
	attribute.PutString(m, keySentence, f.Sentence)
}

// putNumber sets key to f, where zero is a number; infinity and NaN are not,
// since JSON cannot carry them.
func putNumber(m pcommon.Map, key string, f float64) {
	if !math.IsNaN(f) && !math.IsInf(f, 0) {
		m.PutDouble(key, f)
	}
}
