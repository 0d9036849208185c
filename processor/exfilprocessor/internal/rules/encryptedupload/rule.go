// Package encryptedupload finds volumes sent encrypted, and protocols that do not
// fit the port they use.
package encryptedupload

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Scores of an encrypted volume just above the limit.
const (
	uploadScore = 42
	// settledScore is that of a destination new to a workload that has been there for a
	// day: it takes twice the limit, or an unusual sender, to alert.
	settledScore = 37
	// customaryScore is that of a destination to which sending is customary: it
	// takes sixteen times the limit, or an unusual sender, to alert.
	customaryScore = 28
)

// Rule compares the encrypted volume with a floor and with what is usual, and
// remembers the services that are spoken to otherwise than their port promises.
type Rule struct {
	cfg Config
	*bounded.Table[service, exchange]
}

// New makes the rule with room for limit services, each forgotten after idle
// nanoseconds.
func New(cfg Config, limit int, idle int64) *Rule {
	return &Rule{cfg: cfg, Table: bounded.New[service, exchange](limit, max(idle, int64(2*pause)))}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "encrypted_upload",
	Category:    "exfiltration",
	Description: "A large volume sent encrypted to an outside host, or a protocol that does not fit its port",
	Reference:   "https://attack.mitre.org/techniques/T1048/002/",
	Version:     "1",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes | flow.FieldProtocol,
}

// Observe reports a volume that crosses its limit, and again when it doubles. Where
// each direction has records of its own, what came back may be the last to be told.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 && !r.Answers() || r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	s := speaks(r)
	switch {
	case s == untold:
		return nil, false
	case disguised(r, s):
		return u.disguise(v, r, s)
	case s == hidden || s == random:
		return u.volume(v, r, s)
	}
	return nil, false
}

// volume compares what was sent within the window.
func (u *Rule) volume(v *engine.View, r *flow.Record, s speech) (*engine.Finding, bool) {
	volume := v.Volume()
	if volume.Sent < u.cfg.MinBytes || volume.Ratio() < u.cfg.MinRatio {
		return nil, false
	}
	limit := v.Limit(u.cfg.MinBytes)
	sent := float64(volume.Sent)
	if sent < limit.Bytes || !v.News(sent) {
		return nil, false
	}
	base := float64(uploadScore)
	switch {
	case v.Established():
		base = customaryScore
	case v.Settled(uint32(r.Time / 1e9)):
		base = settledScore
	}
	span := prose.Duration(v.Window())
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{technique(s)},
			Score:      incident.Score(base, sent, limit.Bytes),
			Observed:   sent,
			Threshold:  limit.Bytes,
			Baseline:   limit.Usual,
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent %s and received %s within %s by %s (ratio %.2f, at least %.2f); %s.",
				prose.Bytes(volume.Sent), prose.Bytes(volume.Received), span, spoken(r, s), volume.Ratio(), u.cfg.MinRatio, limit.Explain(span)),
		},
		Action: fmt.Sprintf("has sent %s by %s within %s", prose.Bytes(volume.Sent), spoken(r, s), span),
		Reason: fmt.Sprintf("%s or more sent encrypted to one outside destination is reported", prose.Bytes(int64(limit.Bytes))),
	}, true
}
