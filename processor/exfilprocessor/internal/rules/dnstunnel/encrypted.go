package dnstunnel

import (
	"fmt"
	"hash/maphash"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

const (
	// encryptedScore is evidence that adds to other; mostScore is below what opens an
	// incident, however much is sent.
	encryptedScore = 25
	mostScore      = 35

	portDoT   = 853 // DNS over TLS (RFC 7858) and QUIC (RFC 9250)
	portHTTPS = 443

	// rememberedServers is a power of two.
	rememberedServers = 1 << 10
)

// Encrypted finds outside resolvers that are spoken to by TLS, QUIC or HTTPS.
type Encrypted struct {
	engine.Stateless
	minBytes int64
	seed     maphash.Seed
	servers  []server
}

// server is what was found of a name. It can be worked out again, so that what is
// held never shows.
type server struct {
	hash     uint64 // seeded: nobody can send names that collide
	resolves bool
}

// NewEncrypted makes the rule.
func NewEncrypted(cfg EncryptedConfig) *Encrypted {
	return &Encrypted{minBytes: cfg.MinBytes, seed: maphash.MakeSeed(), servers: make([]server, rememberedServers)}
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
}

// Scope is traffic with outside hosts.
func (*Encrypted) Scope() engine.Scope { return engine.Peers }

// Observe reports a resolver to which enough was sent within the window, and again
// at every doubling. One that was there while the engine learned is ordinary.
func (d *Encrypted) Observe(v *engine.View, r *flow.Record) (engine.Finding, bool) {
	port := r.Destination.Port()
	if port != portDoT && port != portHTTPS || r.Bytes == 0 || r.Initiator == flow.InitiatorDestination {
		return engine.Finding{}, false
	}
	if v.Learning || v.Established() || port == portHTTPS && !d.resolves(r.Server) {
		return engine.Finding{}, false
	}
	sent := v.Volume().Sent
	if sent < d.minBytes || !v.News(float64(sent)) {
		return engine.Finding{}, false
	}
	return d.finding(v, r, sent), true
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

func (d *Encrypted) finding(v *engine.View, r *flow.Record, sent int64) engine.Finding {
	means := "TLS"
	switch {
	case r.Destination.Port() == portHTTPS:
		means = "HTTPS"
	case r.Transport == "udp":
		means = "QUIC"
	}
	volume, span := prose.Bytes(sent), prose.Duration(v.Window())
	return engine.Finding{
		Finding: alert.Finding{
			Rule:       &encrypted,
			Techniques: []string{"T1071.004"},
			Score:      min(incident.Score(encryptedScore, float64(sent), float64(d.minBytes)), mostScore),
			Observed:   float64(sent),
			Threshold:  float64(d.minBytes),
			Unit:       "By",
			Sentence: fmt.Sprintf("It sent %s within %s to an outside resolver by DNS over %s, past the resolver it was given: what it asks for cannot be seen.",
				volume, span, means),
		},
		Action: fmt.Sprintf("has sent %s within %s by DNS over %s", volume, span, means),
		Reason: "an outside resolver that is spoken to in secret can carry anything",
	}
}
