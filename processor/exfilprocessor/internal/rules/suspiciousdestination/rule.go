// Package suspiciousdestination finds traffic to destinations that an operator's
// lists name, and to public services that stolen data is left with.
package suspiciousdestination

import (
	"math"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// listedScore is that of any volume to a listed host, up to listedBytes.
	listedScore = 80
	listedBytes = 1 << 20
	// pageScore is that of a host of which a list names a page: others are served there.
	pageScore = 30
	// askedScore is that of a listed host that opened the connection: public servers are
	// asked by such hosts all day.
	askedScore = 20
	// learningScore bounds that of services while the engine learns what is customary.
	learningScore = 30
	// weakShare of the volume that is worth an alert is worth saying.
	weakShare = 16
	// told is how long the day's sum holds what an incident that is over told of, ns.
	told = int64(48 * time.Hour)
	// minRatio of sent to received, for services: three bytes out for one in.
	minRatio = 0.5
	// An incident waits for three more exchanges, within these bounds.
	leastQuiet, mostQuiet = time.Hour, 24 * time.Hour
)

// Rule looks peers up.
type Rule struct {
	engine.Stateless
	cfg      Config
	verdicts verdicts
}

// New makes the rule. The lists may be shared, and refreshed at any time.
func New(cfg Config, lists *indicator.Lists) *Rule {
	return &Rule{cfg: cfg, verdicts: newVerdicts(lists, cfg.Services)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

var description = alert.Rule{
	Name:        "suspicious_destination",
	Category:    "exfiltration",
	Description: "A destination that a list names, or a public service for leaving data",
	Reference:   "https://attack.mitre.org/techniques/T1567/",
	Version:     "1",
	Family:      alert.Reputation,
	Needs:       flow.FieldBytes,
}

// Observe reports bytes to a listed destination, or a volume to a service, and again
// when they double.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Bytes == 0 {
		return nil, false
	}
	name := v.Name(r)
	switch verdict := u.verdicts.of(r, name); verdict {
	case unsuspected:
		return nil, false
	case listed:
		return u.listed(v, r, name)
	default:
		return u.service(v, r, &services[verdict], name)
	}
}

// listed is traffic with a listed destination. An incident that something weaker was
// found for hears of it at once.
func (u *Rule) listed(v *engine.View, r *flow.Record, name string) (*engine.Finding, bool) {
	volume, asked := v.Volume(), r.Initiator == flow.InitiatorDestination
	sent := max(volume.Sent, r.Bytes)
	if asked {
		sent = max(volume.Served, r.Bytes)
	}
	news := v.News(float64(sent))
	if sent < u.cfg.MinBytes || !news && (asked || v.Score() >= listedScore) {
		return nil, false
	}
	match, ok := u.verdicts.match(r, name)
	if !ok {
		return nil, false // the lists changed meanwhile
	}
	base := float64(listedScore)
	switch {
	case asked:
		base = askedScore
	case match.URL:
		base = pageScore
	}
	if base < listedScore && !news {
		return nil, false
	}
	f := u.tellListed(&match, sent, asked)
	f.Score = incident.Score(base, float64(sent), listedBytes)
	f.Quiet = quiet(v)
	return f, true
}

// service is traffic with a public service. To one that is customary it is ordinary.
func (u *Rule) service(v *engine.View, r *flow.Record, s *service, name string) (*engine.Finding, bool) {
	if r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	volume := v.Volume()
	sent := float64(volume.Sent)
	if v.Now-v.Told() > told {
		sent = max(sent, v.Ledger().Sum(stats.Day))
	}
	if sent < float64(u.cfg.ServiceMinBytes)/weakShare || v.Established() || volume.Ratio() < minRatio || !v.News(sent) {
		return nil, false
	}
	f := u.tellService(s, name, sent)
	f.Score = scale(s.score, sent, float64(u.cfg.ServiceMinBytes))
	if v.Learning {
		f.Score = min(f.Score, learningScore)
	}
	f.Quiet = quiet(v)
	return f, true
}

// scale is incident.Score that falls below the threshold as it rises above.
func scale(base, observed, threshold float64) float64 {
	if observed >= threshold {
		return incident.Score(base, observed, threshold)
	}
	return math.Round(10*max(base+10*math.Log10(observed/threshold), 0)) / 10
}

// quiet is long enough for three more exchanges at the pace so far.
func quiet(v *engine.View) time.Duration {
	return min(max(time.Duration(3*v.Beats().Pause())*time.Second, leastQuiet), mostQuiet)
}
