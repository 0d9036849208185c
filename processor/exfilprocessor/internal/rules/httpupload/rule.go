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

// customaryScore is that of a body that is not large for its destination, to which
// sending is customary. It takes an unusual sender to alert.
const customaryScore = 30

// claimScore is the most that a declared length scores before as much was sent:
// medium. It is a claim, and whoever makes it chooses it.
const claimScore = 65

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
	Version:     "2",
	Family:      alert.Volume,
	Needs:       flow.FieldHTTP,
}

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

// Observe follows the request that the record tells of, or the one it goes on
// with.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Initiator == flow.InitiatorDestination || r.Transport != "tcp" || !mayBe(r) {
		return nil, false
	}
	e := u.follow(v, r)
	if e == nil {
		return nil, false
	}
	up := e.Value
	if up.reported && !v.Open() && r.Bytes > 0 {
		up.restart(r, u.minBytes)
	}
	report := up.take(r, u.minBytes)
	e.Value = up
	if r.EndReason == flow.EndOfFlow {
		u.Remove(e.Key)
	}
	if !report {
		return nil, false
	}
	return u.finding(v, &up, r), true
}

// mayBe says whether the record may be of HTTP in the clear.
func mayBe(r *flow.Record) bool {
	return r.Protocol == "http" || r.Protocol == "" || r.HTTP.Method != ""
}

// isOver says that the record is all there is of a small declared body: nothing
// follows that would have to be remembered.
func isOver(r *flow.Record, minBytes int64) bool {
	return r.EndReason == flow.EndOfFlow && r.HTTP.BodySize > 0 && max(r.HTTP.BodySize, r.Bytes) < minBytes
}

// follow finds the connection's upload, or begins one. A request without a body
// ends it.
func (u *Rule) follow(v *engine.View, r *flow.Record) *bounded.Entry[connection, upload] {
	if isOver(r, u.minBytes) {
		return nil
	}
	key := connection{pair: v.Key, port: r.Source.Port(), peer: r.Destination.Port()}
	starts := begins(r, u.minBytes)
	if !starts && u.Get(key) == nil {
		return nil
	}
	if r.HTTP.Method != "" && bodyMethod(r, u.minBytes) == "" {
		u.Remove(key)
		return nil
	}
	e, fresh := u.Touch(key, v.Now, r.Bytes)
	if e != nil && fresh && !starts {
		u.Remove(key)
		return nil
	}
	return e
}

func (u *Rule) finding(v *engine.View, up *upload, r *flow.Record) *engine.Finding {
	size, verb := up.declared, "declares"
	if body := up.body(u.minBytes); size < u.minBytes || body > size && r.HTTP.BodySize == 0 {
		size, verb = body, "has sent"
	}
	threshold := prose.Bytes(u.minBytes)
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{"T1048.003", "T1567"},
			Score:      u.score(v, size, up.body(u.minBytes)),
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

// score is that of a body of some size, of which so much was sent.
func (u *Rule) score(v *engine.View, size, sent int64) float64 {
	base, least := float64(baseScore), float64(u.minBytes)
	if v.Established() {
		base, least = customaryScore, v.Limit(u.minBytes).Bytes
	}
	score := incident.Score(base, float64(size), least)
	if sent >= size {
		return score
	}
	return max(min(score, claimScore), incident.Score(base, float64(sent), least))
}
