// Package httpupload finds request bodies sent to outside hosts over cleartext
// HTTP.
package httpupload

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// baseScore is that of an upload just above the threshold: medium.
const baseScore = 50

// Rule watches requests that carry a body.
type Rule struct {
	minBytes int64
	*bounded.Table[connection, upload]
}

// New makes the rule with room for limit connections, each forgotten after idle
// nanoseconds.
func New(cfg Config, limit int, idle int64) *Rule {
	return &Rule{minBytes: cfg.MinBytes, Table: bounded.New[connection, upload](limit, idle)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

var description = alert.Rule{
	Name:        "http_upload",
	Category:    "exfiltration",
	Description: "A large HTTP request body to an outside host",
	Reference:   "https://attack.mitre.org/techniques/T1048/003/",
	Version:     "1",
}

// Observe follows the request that the record tells of, or the one it goes on
// with.
func (u *Rule) Observe(p *engine.Pair, r *flow.Record) (engine.Finding, bool) {
	if r.Initiator == flow.InitiatorDestination || r.Transport != "tcp" {
		return engine.Finding{}, false
	}
	e := u.follow(p, r)
	if e == nil {
		return engine.Finding{}, false
	}
	up := e.Value
	if up.reported && !p.Open() && r.Bytes > 0 {
		up.restart(r, u.minBytes)
	}
	report := up.take(r, u.minBytes)
	e.Value = up
	if r.EndReason == flow.EndOfFlow {
		u.Remove(e.Key)
	}
	if !report {
		return engine.Finding{}, false
	}
	return u.finding(&up, r), true
}

// follow finds the connection's upload, or begins one. A request without a body
// ends it.
func (u *Rule) follow(p *engine.Pair, r *flow.Record) *bounded.Entry[connection, upload] {
	key := connection{pair: p.Key, port: r.Source.Port(), peer: r.Destination.Port()}
	starts := begins(r, u.minBytes)
	if !starts && u.Get(key) == nil {
		return nil
	}
	if r.HTTP.Method != "" && bodyMethod(r, u.minBytes) == "" {
		u.Remove(key)
		return nil
	}
	e, fresh := u.Touch(key, p.Now, r.Bytes)
	if e != nil && fresh && !starts {
		u.Remove(key)
		return nil
	}
	return e
}

func (u *Rule) finding(up *upload, r *flow.Record) engine.Finding {
	size, verb := up.declared, "declares"
	if body := up.body(u.minBytes); size < u.minBytes || body > size && r.HTTP.BodySize == 0 {
		size, verb = body, "has sent"
	}
	threshold := prose.Bytes(u.minBytes)
	return engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1048.003", "T1567"},
			Score:      incident.Score(baseScore, float64(size), float64(u.minBytes)),
			Observed:   float64(size),
			Threshold:  float64(u.minBytes),
			Unit:       "By",
			Sentence: fmt.Sprintf("An HTTP %s %s a body of %s to an outside host; the limit is %s.",
				up.method, verb, prose.Bytes(size), threshold),
		},
		Action: fmt.Sprintf("is uploading %s by HTTP %s", prose.Bytes(size), up.method),
		Reason: fmt.Sprintf("HTTP uploads of %s or more to outside hosts are reported", threshold),
		Sent:   up.sent,
		Since:  up.since,
	}
}
