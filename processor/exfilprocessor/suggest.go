package exfilprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
)

// SuggestAllowance is the narrowest allowance that would have covered the incident
// that a is about, as an entry of the list below `allowances:` in YAML. Res is the
// resource that the alert came under. The reason is for a person to fill in.
func SuggestAllowance(res pcommon.Resource, a *alert.Alert) ([]byte, error) {
	var workload flow.Resource
	workload.Decode(res)
	return allow.Suggest(&workload, a).YAML()
}
