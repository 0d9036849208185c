package alert

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// evidence reads the list of findings; what is not a map is left out.
func evidence(v pcommon.Value) []Finding {
	if v.Type() != pcommon.ValueTypeSlice {
		return nil
	}
	list := v.Slice()
	var findings []Finding
	for i := range min(list.Len(), maxList) {
		if list.At(i).Type() == pcommon.ValueTypeMap {
			findings = append(findings, finding(list.At(i).Map()))
		}
	}
	return findings
}

func finding(m pcommon.Map) Finding {
	var f Finding
	for key, v := range m.All() {
		f.attribute(key, v)
	}
	return f
}

func (f *Finding) attribute(key string, v pcommon.Value) {
	text, _ := attribute.String(v)
	switch key {
	case keyRule:
		f.rule().Name = text
	case keyFamily:
		f.rule().Family = Family(text)
	case keyScore:
		f.Score = double(v, 0, maxScore)
	case keyWeight:
		f.Weight = double(v, 0, math.MaxFloat64)
	case keyTechnique:
		f.Techniques = listOf(text)
	case keyObserved:
		f.Observed = double(v, -math.MaxFloat64, math.MaxFloat64)
	case keyThreshold:
		f.Threshold = double(v, -math.MaxFloat64, math.MaxFloat64)
	case keyBaseline:
		f.Baseline = double(v, -math.MaxFloat64, math.MaxFloat64)
	case keyUnit:
		f.Unit = text
	case keySentence:
		f.Sentence = text
	}
}

// rule is where what is read of the finding's rule goes.
func (f *Finding) rule() *Rule {
	if f.Rule == nil {
		f.Rule = new(Rule)
	}
	return f.Rule
}

func listOf(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
