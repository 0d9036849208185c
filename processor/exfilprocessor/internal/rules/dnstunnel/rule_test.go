package dnstunnel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const idle = int64(14 * 24 * time.Hour)

func newRule(ignore ...string) *Rule {
	cfg := DefaultConfig()
	cfg.IgnoreDomains = ignore
	return New(cfg, 1000, idle)
}

// tunnels are found, none before a name could have carried so much.
func TestTunnels(t *testing.T) {
	for name, test := range map[string]struct {
		stream
		least, most int // questions before it is found
	}{
		"iodine, base 128 in NULL": {stream{time.Second / 20, 500, "NULL", func(d *rand.Rand, i int) string {
			text := ""
			for _, b := range random(d, 60) {
				text += fmt.Sprintf(`\%03d`, 128+b%128)
			}
			return text + ".t.evil.example"
		}}, 40, 250},
		"iodine, base 32 in NULL": {stream{time.Second / 20, 500, "NULL", func(d *rand.Rand, i int) string {
			return labels(base32Of(d, 200), 57) + ".t.evil.example"
		}}, 20, 60},
		"dnscat2": {stream{time.Second, 1000, "TXT", func(d *rand.Rand, i int) string {
			return labels(hexOf(d, 180), 60) + ".evil.example"
		}}, 60, 130},
		"dns2tcp": {stream{time.Second, 1000, "TXT", func(d *rand.Rand, i int) string {
			return labels(base32Of(d, 120), 60) + ".d2t.evil.example"
		}}, 70, 160},
		"eight hex digits": {stream{time.Second, 4000, "A", func(d *rand.Rand, i int) string {
			return hexOf(d, 8) + ".evil.example"
		}}, 1500, 3300},
		"a file in hex, one a minute": {stream{time.Minute, 2 * 24 * 60, "A", func(d *rand.Rand, i int) string {
			return labels(hexOf(d, 120), 60) + ".evil.example"
		}}, 700, 1600},
		"words": {stream{6 * time.Second, 4000, "A", func(d *rand.Rand, i int) string {
			return fmt.Sprintf("%s-%s-%s.%s-%s-%s.blog.example", word(d), word(d), word(d), word(d), word(d), word(d))
		}}, 300, 1200},
		"A and AAAA of each": {stream{time.Second, 1000, "A", func(d *rand.Rand, i int) string {
			return base32Of(rand.New(rand.NewPCG(3, uint64(i/2))), 50) + ".evil.example"
		}}, 400, 750},
	} {
		t.Run(name, func(t *testing.T) {
			found, after := ruletest.Play(newRule(), test.records())
			require.NotEmpty(t, found)
			require.GreaterOrEqual(t, after[0], test.least)
			require.LessOrEqual(t, after[0], test.most)
			require.GreaterOrEqual(t, found[0].Score, 50.0)
			require.Equal(t, []string{"T1048.003", "T1071.004"}, found[0].Techniques)
			require.NotEmpty(t, found[0].Sentence)
		})
	}
}

// benign names look like data, or are very many.
func TestBenign(t *testing.T) {
	day := 24 * time.Hour
	for name, s := range map[string]stream{
		"digests to a vendor nobody lists": {2 * time.Minute, int(day / (2 * time.Minute)), "A", func(d *rand.Rand, i int) string {
			return base32Of(d, 32) + ".lookup.vendor.example"
		}},
		"digests to a listed vendor": {time.Second, 3_000, "TXT", func(d *rand.Rand, i int) string {
			return hexOf(d, 32) + "." + base32Of(d, 26) + ".w.04.s.sophosxl.net"
		}},
		"caches": {time.Second, 3_000, "A", func(d *rand.Rand, i int) string {
			return []string{"d" + base32Of(d, 13) + ".cloudfront.net", "e" + hexOf(d, 5) + ".dscb.akamaiedge.net", "r1---sn-" + base32Of(d, 8) + ".googlevideo.com"}[i%3]
		}},
		"a mail server's block lists": {time.Second, 3_000, "A", func(d *rand.Rand, i int) string {
			return fmt.Sprintf("%d.%d.%d.%d.", d.IntN(256), d.IntN(256), d.IntN(256), d.IntN(256)) +
				[]string{"zen.spamhaus.org", "bl.spamcop.net", "multi.uribl.com", "list.dnswl.org"}[i%4]
		}},
		"search path": {time.Second, 3_000, "A", func(d *rand.Rand, i int) string {
			return hexOf(d, 40) + ".shop.example.com." + []string{"ns.svc.cluster.local", "svc.cluster.local", "cluster.local", "eu-west-1.compute.internal"}[i%4]
		}},
		"tenants of one service, through a gateway": {2 * time.Second, int(day / (2 * time.Second)), "A", func(d *rand.Rand, i int) string {
			return tenant(zipf(d, 10_000)) + ".saas.example"
		}},
		"certificates": {time.Hour, 300, "TXT", func(d *rand.Rand, i int) string {
			return "_acme-challenge." + word(d) + "." + base32Of(d, 36) + ".auth.acme-dns.example"
		}},
		"addresses backwards": {time.Second, 3_000, "PTR", func(d *rand.Rand, i int) string {
			return fmt.Sprintf("%d.%d.%d.9.in-addr.arpa", d.IntN(256), d.IntN(256), d.IntN(256))
		}},
		"addresses backwards, IPv6": {time.Second, 3_000, "PTR", func(d *rand.Rand, i int) string {
			return labels(hexOf(d, 32), 1) + ".ip6.arpa"
		}},
		"a long name, always the same": {time.Second, 3_000, "A", func(*rand.Rand, int) string {
			return base32Of(rand.New(rand.NewPCG(1, 1)), 60) + "." + base32Of(rand.New(rand.NewPCG(1, 1)), 60) + ".app.example"
		}},
		"the domains themselves":     {time.Second, 3_000, "A", func(d *rand.Rand, i int) string { return base32Of(d, 30) + ".com" }},
		"one name each of very many": {time.Second, 3_000, "A", func(d *rand.Rand, i int) string { return "www." + base32Of(d, 30) + ".com" }},
	} {
		t.Run(name, func(t *testing.T) {
			set := ruletest.Settings()
			set.Destinations = 30_000
			found, _ := ruletest.PlayWith(set, newRule(), s.records())
			require.Empty(t, found)
		})
	}
}

// Where the line between a vendor's look-ups and a tunnel is.
func TestVendorAboveTheLine(t *testing.T) {
	busy := stream{5 * time.Second, 720, "A", func(d *rand.Rand, i int) string { return base32Of(d, 32) + ".lookup.vendor.example" }}
	found, _ := ruletest.Play(newRule(), busy.records())
	require.NotEmpty(t, found, "720 digests an hour are 18 KB")
	for _, ignore := range []string{"vendor.example", "lookup.vendor.example", "Lookup.Vendor.example."} {
		found, _ = ruletest.Play(newRule(ignore), busy.records())
		require.Empty(t, found, ignore)
	}
	found, _ = ruletest.Play(newRule("other.vendor.example"), busy.records())
	require.NotEmpty(t, found)
}

func TestDataInReverseZone(t *testing.T) {
	s := stream{time.Second, 400, "PTR", func(d *rand.Rand, i int) string { return base32Of(d, 50) + ".8.b.d.0.1.0.0.2.ip6.arpa" }}
	found, _ := ruletest.Play(newRule(), s.records())
	require.NotEmpty(t, found)
}

// What is usual for a domain is learned while the engine learns.
func TestLearned(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	vendor := stream{20 * time.Second, 3 * 24 * 180, "A", func(d *rand.Rand, i int) string { return base32Of(d, 64) + ".vendor.example" }}
	found, _ := ruletest.PlayWith(set, newRule(), vendor.records())
	require.Empty(t, found, "7 KB an hour, 170 KB a day")

	tunnel := stream{time.Second / 20, 3000, "NULL", func(d *rand.Rand, i int) string { return labels(base32Of(d, 200), 57) + ".evil.example" }}
	found, _ = ruletest.PlayWith(set, newRule(), tunnel.records())
	require.NotEmpty(t, found, "a fast one is found while the engine learns")
	require.Contains(t, found[0].Sentence, "while the engine learns")
}

// Answers that carry data make less suspicious.
func TestAnswersThatCarryData(t *testing.T) {
	quiet := stream{10 * time.Second, 300, "TXT", func(d *rand.Rand, i int) string { return base32Of(d, 32) + ".evil.example" }}
	records := quiet.records()
	found, _ := ruletest.Play(newRule(), records)
	require.Empty(t, found, "6 KB")
	for i := range records {
		records[i].ReverseBytes = 1000
	}
	found, _ = ruletest.Play(newRule(), records)
	require.Len(t, found, 1)
	require.Contains(t, found[0].Sentence, "answers carry data")
	quiet.kind = "NULL"
	found, _ = ruletest.Play(newRule(), quiet.records())
	require.Len(t, found, 1)
}

// An incident tells once of what was carried, and a question after it is not
// another one.
func TestAfterTheIncident(t *testing.T) {
	burst := stream{time.Second, 400, "A", func(d *rand.Rand, i int) string { return base32Of(d, 60) + ".evil.example" }}
	records := append(burst.records(), ask(3*time.Hour, "one-more-question-of-some-length.evil.example", "A"))
	found, after := ruletest.Play(newRule(), records)
	require.LessOrEqual(t, len(found), 2)
	require.Less(t, after[len(after)-1], 400)
}

// Very many names under as many domains do not make a tunnel forgotten.
func TestFloodOfDomains(t *testing.T) {
	rule := New(DefaultConfig(), 300, idle)
	set := ruletest.Settings()
	set.Destinations = 5_000
	dice := rand.New(rand.NewPCG(5, 6))
	var records []flow.Record
	for i := range 20_000 {
		at := time.Duration(i) * 10 * time.Millisecond
		records = append(records, ask(at, "a."+base32Of(dice, 20)+".com", "A"))
		if i%50 == 0 {
			records = append(records, ask(at, base32Of(dice, 50)+".evil.example", "A"))
		}
	}
	found, _ := ruletest.PlayWith(set, rule, records)
	require.NotEmpty(t, found)
	require.LessOrEqual(t, rule.Len(), 300)
	require.Positive(t, rule.Drain().Evicted)
}

func TestScope(t *testing.T) { require.Equal(t, engine.Questions, newRule().Scope()) }
