package dnstunnel

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

const (
	// evidenceScore adds to other evidence, mostEvidence does not open an incident alone,
	// and dailyScore does: nobody has so many questions.
	evidenceScore = 25
	mostEvidence  = 35
	dailyScore    = 40

	portDoT   = 853 // DNS over TLS (RFC 7858) and QUIC (RFC 9250)
	portHTTPS = 443

	// rememberedServers is a power of two.
	rememberedServers = 1 << 10
)

// MostResolvers is how many pairs of workload and resolver are of use at a time.
const MostResolvers = 1 << 12

// Encrypted finds outside resolvers that are spoken to by TLS, QUIC or HTTPS. What is
// sent to them it sums itself: their domain may have other services.
type Encrypted struct {
	cfg     EncryptedConfig
	seed    maphash.Seed
	servers []server
	*bounded.Table[engine.PairKey, resolver]
}

// resolver is what was sent to one.
type resolver struct {
	sent  stats.Ledger
	found bool // a finding was made of it
}

// server is what was found of a name. It can be worked out again, so that what is
// held never shows.
type server struct {
	hash     uint64 // seeded: nobody can send names that collide
	resolves bool
}

// NewEncrypted makes the rule with room for limit resolvers, each forgotten after
// idle nanoseconds.
func NewEncrypted(cfg EncryptedConfig, limit int, idle int64) *Encrypted {
	return &Encrypted{
		cfg: cfg, seed: maphash.MakeSeed(), servers: make([]server, rememberedServers),
		Table: bounded.New[engine.PairKey, resolver](limit, idle),
	}
}

// Describe returns what alerts say of the rule.
func (*Encrypted) Describe() *alert.Rule { return &encrypted }

var encrypted = alert.Rule{
	Name:        "encrypted_dns",
	Category:    "exfiltration",
	Description: "An outside resolver spoken to by TLS or HTTPS",
	Reference:   "https://attack.mitre.org/techniques/T1071/004/",
	Version:     "1",
	Family:      alert.Reputation,
	Needs:       flow.FieldBytes,
}

// Scope is traffic with outside hosts.
func (*Encrypted) Scope() engine.Scope { return engine.Peers }

// Observe reports a resolver to which enough was sent, and again at every doubling.
// One that was there while the engine learned, or is customary, is ordinary.
func (d *Encrypted) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	port := r.Destination.Port()
	if port != portDoT && port != portHTTPS || r.Bytes == 0 || r.Initiator == flow.InitiatorDestination {
		return nil, false
	}
	if v.Learning || v.Established() || port == portHTTPS && !d.resolves(r.Server) {
		return nil, false
	}
	e, _ := d.Touch(v.Key, v.Now, r.Bytes)
	if e == nil {
		return nil, false
	}
	if e.Value.found && v.News(0) {
		e.Value = resolver{} // the incident that told of it is over
	}
	e.Value.sent.Add(r.Time/1e9, r.Bytes)
	s := d.sum(&e.Value.sent)
	if s.bytes < s.limit || !v.News(s.bytes) {
		return nil, false
	}
	e.Value.found = true
	return d.finding(r, &s), true
}

// sum is what was sent to a resolver: so much that it is reported alone, or less.
func (d *Encrypted) sum(sent *stats.Ledger) sum {
	day := sum{stats.Day, sent.Sum(stats.Day), float64(d.cfg.MinDailyBytes)}
	if day.bytes >= day.limit {
		return day
	}
	return sum{stats.Hour, sent.Sum(stats.Hour), float64(d.cfg.MinBytes)}
}

// resolves says whether the name is that of a public resolver over HTTPS.
func (d *Encrypted) resolves(name string) bool {
	if name == "" {
		return false
	}
	hash := maphash.String(d.seed, name) | 1
	place := &d.servers[hash>>1%rememberedServers]
	if place.hash != hash {
		class, _ := indicator.Class(name)
		*place = server{hash: hash, resolves: class == indicator.ClassDoH}
	}
	return place.resolves
}

func (d *Encrypted) finding(r *flow.Record, s *sum) *engine.Finding {
	means := "TLS"
	switch {
	case r.Destination.Port() == portHTTPS:
		means = "HTTPS"
	case r.Transport == "udp":
		means = "QUIC"
	}
	score := incident.Score(dailyScore, s.bytes, s.limit)
	if s.horizon == stats.Hour {
		score = min(incident.Score(evidenceScore, s.bytes, s.limit), mostEvidence)
	}
	volume := prose.Bytes(int64(s.bytes))
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &encrypted,
			Techniques: []string{"T1071.004"},
			Score:      score,
			Observed:   s.bytes,
			Threshold:  s.limit,
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent about %s in one %s to an outside resolver by DNS over %s, past the resolver it was given: what it asks for cannot be seen; the limit is %s.",
				volume, s.horizon, means, prose.Bytes(int64(s.limit))),
		},
		Action: fmt.Sprintf("has sent about %s in one %s by DNS over %s", volume, s.horizon, means),
		Reason: fmt.Sprintf("%s or more in one %s to an outside resolver, spoken to in secret, is reported", prose.Bytes(int64(s.limit)), s.horizon),
		Quiet:  time.Hour,
		Sent:   int64(s.bytes),
	}
}
