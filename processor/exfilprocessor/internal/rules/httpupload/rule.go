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

// connection is one TCP connection of a pair.
type connection struct {
	pair       engine.PairKey
	port, peer uint16
}

// upload is the request in progress on a connection.
type upload struct {
	method   string // one of the three, a constant
	declared int64  // 0: not declared
	sent     int64  // on the connection since the request was seen
	since    int64  // when that was, event time in ns
	next     int64  // report again once sent reaches this
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
	method := bodyMethod(r.HTTP.Method)
	key := connection{pair: p.Key, port: r.Source.Port(), peer: r.Destination.Port()}
	if method == "" {
		return u.goOn(key, p, r)
	}
	if r.HTTP.BodySize == 0 && method == "POST" && r.ProtocolVersion == "2" {
		// gRPC declares no length and goes on for days.
		return engine.Finding{}, false
	}
	if r.HTTP.BodySize > 0 && r.HTTP.BodySize < u.minBytes {
		u.Remove(key)
		return engine.Finding{}, false
	}
	e, fresh := u.Touch(key, p.Now, r.Bytes)
	if e == nil {
		return engine.Finding{}, false
	}
	if fresh || e.Value.method != method || e.Value.declared != r.HTTP.BodySize {
		e.Value = u.begin(method, r)
	}
	return u.add(e, r)
}

// goOn counts a record without a request towards the one before it. A request
// without a body ends it.
func (u *Rule) goOn(key connection, p *engine.Pair, r *flow.Record) (engine.Finding, bool) {
	if u.Get(key) == nil {
		return engine.Finding{}, false
	}
	e, fresh := u.Touch(key, p.Now, r.Bytes)
	if fresh || r.HTTP.Method != "" {
		u.Remove(key)
		return engine.Finding{}, false
	}
	return u.add(e, r)
}

func (u *Rule) begin(method string, r *flow.Record) upload {
	next := u.minBytes
	if r.HTTP.BodySize > 0 {
		next = 0 // what is declared counts at once
	}
	return upload{method: method, declared: r.HTTP.BodySize, since: r.Time, next: next}
}

// add counts the record's bytes, and says whether to report.
func (u *Rule) add(e *bounded.Entry[connection, upload], r *flow.Record) (engine.Finding, bool) {
	up := e.Value
	if up.sent += r.Bytes; up.sent < 0 {
		up.sent = 1<<63 - 1
	}
	report := up.sent >= up.next
	if report {
		up.next = up.after()
	}
	e.Value = up
	if r.EndReason == flow.EndOfFlow {
		u.Remove(e.Key)
	}
	if !report {
		return engine.Finding{}, false
	}
	return u.finding(&up), true
}

// after is when to report again. Some observers repeat a request's attributes in
// every interval, so that only the bytes tell a second request of the same size
// from the first: half of it is enough. What is not declared is reported at
// every doubling.
func (up *upload) after() int64 {
	more := up.sent
	if up.declared > 0 {
		more = up.declared + up.declared/2
	}
	if next := up.sent + more; next > up.sent {
		return next
	}
	return 1<<63 - 1
}

func (u *Rule) finding(up *upload) engine.Finding {
	size, verb := up.declared, "declares"
	if up.sent > size {
		size, verb = up.sent, "has sent"
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

// bodyMethod is the method as a constant if it is one that carries a body.
func bodyMethod(method string) string {
	switch method {
	case "PUT":
		return "PUT"
	case "POST":
		return "POST"
	case "PATCH":
		return "PATCH"
	default:
		return ""
	}
}
