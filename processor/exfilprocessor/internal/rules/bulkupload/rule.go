// Package bulkupload finds large volumes sent to one outside destination,
// whatever the protocol.
package bulkupload

import (
	"fmt"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Base scores, of a volume just above the threshold: both low.
const (
	uploadScore  = 40
	servingScore = 20
)

// Rule compares the window's volume with a floor.
type Rule struct {
	cfg    Config
	window string
	// Table holds the volume last reported, for pairs above the floor only.
	*bounded.Table[engine.PairKey, reported]
}

type reported struct{ sent, served int64 }

// New makes the rule for windows of that length, with room for limit
// destinations above the floor, each forgotten after idle nanoseconds.
func New(cfg Config, window time.Duration, limit int, idle int64) *Rule {
	return &Rule{
		cfg:    cfg,
		window: prose.Duration(window),
		Table:  bounded.New[engine.PairKey, reported](limit, idle),
	}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

var description = alert.Rule{
	Name:        "bulk_upload",
	Category:    "exfiltration",
	Description: "A large volume sent to one outside destination",
	Reference:   "https://attack.mitre.org/techniques/T1020/",
	Version:     "1",
}

// Observe reports a volume that crosses the floor, and again when it doubles.
func (u *Rule) Observe(p *engine.Pair, r *flow.Record) (engine.Finding, bool) {
	if r.Bytes == 0 {
		return engine.Finding{}, false
	}
	v := p.Volume()
	if r.Initiator == flow.InitiatorDestination {
		return u.served(p, r, v)
	}
	if v.Sent < u.cfg.MinBytes || ratio(v.Sent, v.Received) < u.cfg.MinRatio {
		return engine.Finding{}, false
	}
	e, _ := u.Touch(p.Key, p.Now, v.Sent)
	if e == nil || !news(p, &e.Value.sent, v.Sent) {
		return engine.Finding{}, false
	}
	return u.upload(v, r.Protocol), true
}

func (u *Rule) served(p *engine.Pair, r *flow.Record, v engine.Volume) (engine.Finding, bool) {
	if v.Served < u.cfg.ServingMinBytes || ratio(v.Served, v.Asked) < u.cfg.MinRatio {
		return engine.Finding{}, false
	}
	e, _ := u.Touch(p.Key, p.Now, v.Served)
	if e == nil || !news(p, &e.Value.served, v.Served) {
		return engine.Finding{}, false
	}
	return u.serving(v, r.Protocol), true
}

// news says whether a volume above the floor is worth a report, and if so keeps
// it: the first of an incident is, and then every doubling.
func news(p *engine.Pair, last *int64, volume int64) bool {
	if p.Open() && *last > 0 && volume/2 < *last {
		return false
	}
	*last = volume
	return true
}

// ratio is the producer/consumer ratio: 1 only sends, -1 only receives.
func ratio(sent, received int64) float64 {
	s, r := float64(sent), float64(received)
	if s+r == 0 {
		return 0
	}
	return (s - r) / (s + r)
}

func (u *Rule) upload(v engine.Volume, protocol string) engine.Finding {
	f := u.finding(v.Sent, u.cfg.MinBytes, uploadScore)
	f.Techniques = techniques(protocol)
	f.Sentence = fmt.Sprintf("It sent %s and received %s within %s (ratio %.2f, at least %.2f); the floor is %s. %s",
		prose.Bytes(v.Sent), prose.Bytes(v.Received), u.window, ratio(v.Sent, v.Received), u.cfg.MinRatio,
		prose.Bytes(u.cfg.MinBytes), noBaseline)
	f.Action = fmt.Sprintf("has sent %s within %s", prose.Bytes(v.Sent), u.window)
	f.Reason = fmt.Sprintf("%s or more to one outside destination, far more than is received from it, is reported",
		prose.Bytes(u.cfg.MinBytes))
	return f
}

func (u *Rule) serving(v engine.Volume, protocol string) engine.Finding {
	f := u.finding(v.Served, u.cfg.ServingMinBytes, servingScore)
	f.Techniques = techniques(protocol)
	f.Sentence = fmt.Sprintf("It answered with %s to %s of requests within %s, on connections that the outside host opened; the floor is %s. %s",
		prose.Bytes(v.Served), prose.Bytes(v.Asked), u.window, prose.Bytes(u.cfg.ServingMinBytes), noBaseline)
	f.Action = fmt.Sprintf("has served %s within %s", prose.Bytes(v.Served), u.window)
	f.Reason = fmt.Sprintf("%s or more served to one outside host is reported", prose.Bytes(u.cfg.ServingMinBytes))
	return f
}

const noBaseline = "There is no baseline of this workload yet."

func (u *Rule) finding(observed, floor int64, base float64) engine.Finding {
	return engine.Finding{Finding: alert.Finding{
		Rule:      &description,
		Score:     incident.Score(base, float64(observed), float64(floor)),
		Observed:  float64(observed),
		Threshold: float64(floor),
		Unit:      "By",
	}}
}

// techniques adds to T1020 what the protocol makes of it: exfiltration over an
// encrypted (T1048.002) or a cleartext (T1048.003) protocol. FTP's data channels
// do not say which: ftp_upload knows.
func techniques(protocol string) []string {
	switch protocol {
	case "tls", "ssh", "quic":
		return []string{"T1020", "T1048.002"}
	case "http", "smtp", "dns":
		return []string{"T1020", "T1048.003"}
	}
	return []string{"T1020"}
}
