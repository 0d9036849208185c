// Package dnstunnel finds data carried away by DNS: in the names asked for, and over
// resolvers that are spoken to by TLS or HTTPS, where names cannot be seen.
package dnstunnel

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// Most is how many pairs of workload and domain are of use at a time. Those that
// carry the most information keep their place.
const Most = 1 << 14

// Rule sums the information in distinct names, by workload and registered domain
// (information-based heavy hitters, arXiv:2307.02614).
type Rule struct {
	cfg     Config
	domains domains
	*bounded.Table[engine.PairKey, carried]
}

// New makes the rule with room for limit domains, each forgotten after idle
// nanoseconds.
func New(cfg Config, limit int, idle int64) *Rule {
	return &Rule{cfg: cfg, domains: newDomains(cfg.IgnoreDomains), Table: bounded.New[engine.PairKey, carried](limit, idle)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

var description = alert.Rule{
	Name:        "dns_tunnel",
	Category:    "exfiltration",
	Description: "Data in the names of DNS questions about one domain",
	Reference:   "https://attack.mitre.org/techniques/T1048/003/",
	Version:     "1",
	Family:      alert.Volume,
	Needs:       flow.FieldDNS,
}

// Scope is DNS questions, whoever is asked.
func (*Rule) Scope() engine.Scope { return engine.Questions }

// carried is what names under one domain carried. It holds no pointers.
type carried struct {
	hour, day stats.Distinct
	answers   stats.Ledger // bytes in answers of types that carry data
	seed      uint64       // of the names' hashes
	last      uint64       // hash of the last name
	first     float32      // information in the last name, while it is the only one
	since     int64        // when the first name was asked for
	weighed   float32      // the most that the day's sum was
	odd       uint8        // questions of types that nothing ordinary asks for, at most 255
	domain    uint16       // length of the registered domain
	attention attention
	found     bool // a finding was made of what was carried
}

// Observe counts a name, and reports the domain when what its names carry crosses
// the limit, and again when that doubles.
func (t *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	e, fresh := t.Touch(v.Key, v.Now, 0)
	if e == nil {
		return nil, false
	}
	c := &e.Value
	if fresh {
		t.begin(c, r)
	}
	if c.attention == not {
		return nil, false
	}
	below := c.below(r.DNS.QuestionName)
	if below == "" || t.ordinary(c, r, below) {
		return nil, false
	}
	if c.found && v.News(0) {
		c.restart(r.Time) // the incident that told of it is over
	}
	if !c.add(r, below) {
		return nil, false
	}
	if sum := float32(c.day.Sum()); sum > c.weighed {
		t.Renew(e, v.Key, v.Now, int64(sum-c.weighed))
		c.weighed = sum
	}
	return t.judge(v, r, c)
}

// begin looks at a domain for the first time. Hashes are seeded by when that was, to
// the nanosecond: the same records give the same sums, but whoever chooses the names
// cannot choose them so as to be passed over.
func (t *Rule) begin(c *carried, r *flow.Record) {
	domain := engine.Registered(r.DNS.QuestionName)
	c.domain = uint16(len(domain))
	c.attention = t.domains.of(domain)
	c.seed = mix(uint64(r.Time))
	c.since = r.Time
}

// restart forgets what was carried.
func (c *carried) restart(at int64) {
	c.hour, c.day, c.weighed = stats.Distinct{}, stats.Distinct{}, 0
	c.last, c.first, c.since, c.found = 0, 0, at, false
}

// below is the part of the name below the registered domain.
func (c *carried) below(name string) string {
	name = strings.TrimSuffix(name, ".")
	return name[:max(len(name)-int(c.domain)-1, 0)]
}

// ordinary says whether the name is not to be counted, though its domain is.
func (t *Rule) ordinary(c *carried, r *flow.Record, below string) bool {
	switch c.attention {
	case partly:
		return t.domains.covers(canonical(r.DNS.QuestionName))
	case reverse:
		return isAddress(below)
	}
	return false
}

// add counts a name; false where nothing more is known than before.
func (c *carried) add(r *flow.Record, below string) bool {
	seconds := r.Time / 1e9
	if r.ReverseBytes > 0 && carriesData(r.DNS.QuestionType) {
		c.answers.Add(seconds, r.ReverseBytes)
	}
	if isOdd(r.DNS.QuestionType) && c.odd < 255 {
		c.odd++
	}
	name := hash(c.seed, below)
	if name == c.last {
		return false // the same name's A and AAAA
	}
	bytes := information(below)
	if c.last == 0 { // of most domains only one name is ever asked for
		c.last, c.first = name, float32(bytes)
		return false
	}
	if c.first > 0 {
		c.count(c.last, float64(c.first), seconds)
		c.first = 0
	}
	c.last = name
	return c.count(name, bytes, seconds)
}

// count adds a name to the sums.
func (c *carried) count(name uint64, bytes float64, seconds int64) bool {
	news := c.hour.Add(name, bytes, seconds, stats.Hour)
	return c.day.Add(name, bytes, seconds, stats.Day) || news
}

// carriesData says whether answers of the type are what their zone's owner likes.
func carriesData(kind string) bool {
	switch kind {
	case "TXT", "CNAME", "MX", "SRV", "NAPTR", "KEY", "DNSKEY", "CERT", "ANY":
		return true
	}
	return isOdd(kind)
}

// isOdd says whether only tunnels ask for the type: NULL (RFC 1035 §3.3.10), and
// those for private use (RFC 6895 §3.1).
func isOdd(kind string) bool {
	return kind == "NULL" || len(kind) == len("TYPE65280") && strings.HasPrefix(kind, "TYPE65") && kind >= "TYPE65280"
}
