package suspiciousdestination

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

func (u *Rule) tellListed(m *indicator.Match, sent int64, asked bool) *engine.Finding {
	entry := prose.Name(m.Entry())
	what := "names " + entry
	if m.URL {
		what = "names a page at " + entry
	}
	if m.Description != "" {
		what += " (" + prose.Name(m.Description) + ")"
	}
	verb, action := "It sent", "has sent"
	if asked {
		verb, action = "It answered with", "has answered with"
	}
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1041"},
			Observed:   float64(sent),
			Threshold:  float64(u.cfg.MinBytes),
			Unit:       "By",
			Sentence:   fmt.Sprintf("%s %s; the list %s %s.", verb, prose.Bytes(sent), prose.Name(m.List), what),
		},
		Action: fmt.Sprintf("%s %s", action, prose.Bytes(sent)),
		Reason: fmt.Sprintf("the list %s %s", prose.Name(m.List), what),
	}
}

func (u *Rule) tellService(s *service, name string, sent float64) *engine.Finding {
	volume, limit := prose.Bytes(stats.Whole(sent)), prose.Bytes(u.cfg.ServiceMinBytes)
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: s.techniques,
			Observed:   sent,
			Threshold:  float64(u.cfg.ServiceMinBytes),
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent %s to %s, %s, which is not customary for the workload; worth an alert is %s.",
				volume, prose.Name(name), s.words, limit),
		},
		Action: "has sent " + volume,
		Reason: fmt.Sprintf("%s that the workload did not use before is reported, about from %s on", s.words, limit),
	}
}
