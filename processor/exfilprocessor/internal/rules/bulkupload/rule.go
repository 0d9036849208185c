// Package bulkupload finds large volumes sent to one outside destination,
// whatever the protocol.
package bulkupload

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Scores of a volume just above the limit.
const (
	uploadScore = 40
	// settledScore is that of a destination new to a workload that has been there for a
	// day: it takes two and a half times the limit, or an unusual sender, to alert.
	settledScore = 36
	// customaryScore is that of a destination to which sending is customary: it
	// takes sixteen times the limit, or an unusual sender, to alert.
	customaryScore = 28
	servingScore   = 20
)

// Rule compares the window's volume with a floor and with what is usual.
type Rule struct {
	engine.Stateless
	cfg Config
}

// New makes the rule.
func New(cfg Config) *Rule { return &Rule{cfg: cfg} }

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "bulk_upload",
	Category:    "exfiltration",
	Description: "A large volume sent to one outside destination",
	Reference:   "https://attack.mitre.org/techniques/T1020/",
	Version:     "2",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes,
}

// Observe reports a volume that crosses the limit, and again when it doubles. Where
// each direction has records of its own, what came back may be the last to be told.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 && !r.Answers() {
		return nil, false
	}
	return u.check(v, r, v.Volume(), r.Initiator == flow.InitiatorDestination)
}

func (u *Rule) check(v *engine.View, r *flow.Record, volume engine.Volume, serves bool) (*engine.Finding, bool) {
	sent, floor := volume.Sent, u.cfg.MinBytes
	if serves {
		sent, floor = volume.Served, u.cfg.ServingMinBytes
	}
	if sent < floor || volume.Ratio() < u.cfg.MinRatio {
		return nil, false
	}
	limit := v.Limit(floor)
	if float64(sent) < limit.Bytes || !v.News(float64(sent)) {
		return nil, false
	}
	base := float64(servingScore)
	if !serves {
		base = score(v, r)
	}
	f := finding(base, sent, limit, r.Protocol)
	if serves {
		u.tellServing(f, v, volume, limit)
	} else {
		u.tellUpload(f, v, volume, limit)
	}
	return f, true
}

// score is that of a volume just above the limit.
func score(v *engine.View, r *flow.Record) float64 {
	switch {
	case v.Established():
		return customaryScore
	case v.Settled(uint32(r.Time / 1e9)):
		return settledScore
	default:
		return uploadScore
	}
}

func finding(base float64, observed int64, limit engine.Limit, protocol string) *engine.Finding {
	return &engine.Finding{Finding: alert.Finding{
		Rule:       &description,
		Techniques: techniques(protocol),
		Score:      incident.Score(base, float64(observed), limit.Bytes),
		Observed:   float64(observed),
		Threshold:  limit.Bytes,
		Baseline:   limit.Usual,
		Unit:       "By",
	}}
}

func (u *Rule) tellUpload(f *engine.Finding, v *engine.View, volume engine.Volume, limit engine.Limit) {
	span := prose.Duration(v.Window())
	f.Sentence = fmt.Sprintf("It sent %s and received %s within %s (ratio %.2f, at least %.2f); %s.",
		prose.Bytes(volume.Sent), prose.Bytes(volume.Received), span, volume.Ratio(), u.cfg.MinRatio, limit.Explain(span))
	f.Action = fmt.Sprintf("has sent %s within %s", prose.Bytes(volume.Sent), span)
	f.Reason = fmt.Sprintf("%s or more to one outside destination, far more than is received from it, is reported",
		prose.Bytes(int64(limit.Bytes)))
}

func (u *Rule) tellServing(f *engine.Finding, v *engine.View, volume engine.Volume, limit engine.Limit) {
	span := prose.Duration(v.Window())
	f.Sentence = fmt.Sprintf("It answered with %s to %s of requests within %s, on connections that the outside host opened; %s.",
		prose.Bytes(volume.Served), prose.Bytes(volume.Received), span, limit.Explain(span))
	f.Action = fmt.Sprintf("has served %s within %s", prose.Bytes(volume.Served), span)
	f.Reason = fmt.Sprintf("%s or more served to one outside host is reported", prose.Bytes(int64(limit.Bytes)))
}

// techniques adds to T1020 what the protocol makes of it: exfiltration over an
// encrypted (T1048.002) or a cleartext (T1048.003) protocol. FTP's data channels
// do not say which: ftp_upload knows.
func techniques(protocol string) []string {
	switch protocol {
	case "tls", "ssh", "quic":
		return []string{"T1020", "T1048.002"}
	case "http", "smtp", "dns", "tftp":
		return []string{"T1020", "T1048.003"}
	}
	return []string{"T1020"}
}
