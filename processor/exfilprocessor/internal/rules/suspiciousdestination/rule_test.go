package suspiciousdestination

import (
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const kib, mib = 1 << 10, 1 << 20

const list = `
203.0.113.66          # a command server
198.51.100.128/27
badactor.example      # Known for T1041
https://pages.example/kit
`

// lists are read from a file; more is another one's name and content.
func lists(t testing.TB, content string) (*indicator.Lists, string) {
	path := filepath.Join(t.TempDir(), "threats.txt")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	l := indicator.New(indicator.Config{Files: []string{path}})
	for _, r := range l.Refresh(time.Unix(0, 0)) {
		require.NoError(t, r.Err)
	}
	return l, path
}

// to is a record of a connection to a peer.
func to(after time.Duration, addr, name string, sent, received int64) flow.Record {
	r := ruletest.Record(after, 4000, 443, sent)
	r.Destination = netip.AddrPortFrom(netip.MustParseAddr(addr), 443)
	r.Server, r.ReverseBytes = name, received
	return r
}

func asked(r flow.Record) flow.Record {
	r.Initiator = flow.InitiatorDestination
	return r
}

func TestListed(t *testing.T) {
	for name, test := range map[string]struct {
		records []flow.Record
		after   []int
		score   float64
		words   string
	}{
		"an address":              {[]flow.Record{to(0, "203.0.113.66", "", 1, 0)}, []int{0}, 80, "a command server"},
		"an address that answers": {[]flow.Record{to(0, "203.0.113.66", "", 100, mib)}, []int{0}, 80, "203.0.113.66"},
		"a network":               {[]flow.Record{to(0, "198.51.100.140", "", 300, 0)}, []int{0}, 80, "198.51.100.128/27"},
		"a name":                  {[]flow.Record{to(0, "192.0.2.1", "a.b.badactor.example", 300, 0)}, []int{0}, 80, "badactor.example"},
		"a name told before":      {[]flow.Record{to(0, "192.0.2.1", "badactor.example", 0, 0), to(time.Second, "192.0.2.1", "", 300, 0)}, []int{1}, 80, "T1041"},
		"a page":                  {[]flow.Record{to(0, "192.0.2.2", "pages.example", 300, 0), to(1, "192.0.2.2", "pages.example", 200, 0)}, []int{0}, 30, "a page at pages.example"},
		"nothing sent":            {[]flow.Record{to(0, "203.0.113.66", "", 0, 300)}, nil, 0, ""},
		"others":                  {[]flow.Record{to(0, "203.0.113.67", "", 300, 0), to(0, "192.0.2.1", "notbadactor.example", 300, 0)}, nil, 0, ""},
		"it asked":                {[]flow.Record{asked(to(0, "203.0.113.66", "", 300, 100)), asked(to(1, "203.0.113.66", "", 200, 100))}, []int{0}, 20, "answered"},
		"doubling":                {[]flow.Record{to(0, "203.0.113.66", "", mib, 0), to(1, "203.0.113.66", "", mib/2, 0), to(2, "203.0.113.66", "", mib/2, 0)}, []int{0, 2}, 80, ""},
		"ten MiB":                 {[]flow.Record{to(0, "203.0.113.66", "", 10*mib, 0)}, []int{0}, 90, ""},
		"numbers at the end":      {[]flow.Record{to(0, "203.0.113.66", "", math.MaxInt64, 0)}, []int{0}, 100, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := lists(t, list)
			found, after := ruletest.Play(New(DefaultConfig(), l), test.records)
			require.Equal(t, test.after, after)
			for i, f := range found {
				if i == 0 {
					require.InDelta(t, test.score, f.Score, 0.05)
				}
				require.Equal(t, []string{"T1041"}, f.Techniques)
				require.Contains(t, f.Sentence, "threats.txt")
				require.Contains(t, f.Sentence, test.words)
				require.GreaterOrEqual(t, f.Quiet, time.Hour)
			}
		})
	}
}

func TestServices(t *testing.T) {
	for name, test := range map[string]struct {
		records   []flow.Record
		after     []int
		score     float64
		technique string
	}{
		"a paste site":         {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", mib, kib)}, []int{0}, 42, "T1567.003"},
		"a little":             {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", 64*kib, kib)}, []int{0}, 30, "T1567.003"},
		"less":                 {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", 63*kib, kib)}, nil, 0, ""},
		"reading one":          {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", 100*kib, 5*mib)}, nil, 0, ""},
		"file sharing":         {[]flow.Record{to(0, "192.0.2.1", "transfer.sh", 10*mib, kib)}, []int{0}, 52, "T1567.002"},
		"storage":              {[]flow.Record{to(0, "192.0.2.1", "gfs1.userstorage.mega.co.nz", 10*mib, kib)}, []int{0}, 45, "T1567.002"},
		"a tunnel":             {[]flow.Record{to(0, "192.0.2.1", "connect.ngrok-agent.com", mib, kib)}, []int{0}, 42, "T1572"},
		"a webhook":            {[]flow.Record{to(0, "192.0.2.1", "discord.com", mib, kib)}, []int{0}, 35, "T1567.004"},
		"webhooks, more":       {[]flow.Record{to(0, "192.0.2.1", "discord.com", 4*mib, kib)}, []int{0}, 41, "T1567.004"},
		"a resolver":           {[]flow.Record{to(0, "192.0.2.1", "dns.quad9.net", 10*mib, kib)}, nil, 0, ""},
		"a name told before":   {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", 500, kib), to(time.Second, "192.0.2.1", "", mib, kib)}, []int{1}, 42, "T1567"},
		"another site":         {[]flow.Record{to(0, "192.0.2.1", "notpastebin.com", mib, kib)}, nil, 0, ""},
		"over an afternoon":    {[]flow.Record{to(0, "192.0.2.1", "pastebin.com", 400*kib, kib), to(50*time.Minute, "192.0.2.1", "pastebin.com", 400*kib, kib), to(100*time.Minute, "192.0.2.1", "pastebin.com", 400*kib, kib)}, []int{0, 2}, 37.9, "T1567"},
		"it asked":             {[]flow.Record{asked(to(0, "192.0.2.1", "pastebin.com", mib, kib))}, nil, 0, ""},
		"a part of the minute": {[]flow.Record{to(59*time.Second, "192.0.2.1", "pastebin.com", mib, kib), to(61*time.Second, "192.0.2.1", "pastebin.com", mib, kib)}, []int{0, 1}, 42, "T1567"},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := lists(t, "# nothing yet\n")
			found, after := ruletest.Play(New(DefaultConfig(), l), test.records)
			require.Equal(t, test.after, after)
			for i, f := range found {
				if i == 0 {
					require.InDelta(t, test.score, f.Score, 0.1)
				}
				require.Contains(t, f.Techniques, test.technique)
				require.Contains(t, f.Techniques, "T1567")
				require.Contains(t, f.Sentence, test.records[0].Server)
			}
		})
	}
}

func TestServicesOfTheConfiguration(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Services = []string{"tunnel"}
	found, after := ruletest.Play(New(cfg, new(indicator.Lists)), []flow.Record{
		to(0, "192.0.2.1", "pastebin.com", 9*mib, 0), to(time.Second, "192.0.2.2", "connect.ngrok-agent.com", 9*mib, 0),
	})
	require.Len(t, found, 1)
	require.Equal(t, []int{1}, after)
}

// A service that was there while the engine learned is customary; an indicator is one.
func TestCustomaryDestinations(t *testing.T) {
	l, _ := lists(t, list)
	set := ruletest.Settings()
	set.Learning = time.Hour
	found, after := ruletest.PlayWith(set, New(DefaultConfig(), l), []flow.Record{
		to(0, "192.0.2.1", "pastebin.com", mib, kib), to(0, "203.0.113.66", "", 100, 0),
		to(50*time.Minute, "192.0.2.1", "pastebin.com", 9*mib, kib),
		to(80*time.Minute, "192.0.2.1", "pastebin.com", 90*mib, kib), to(80*time.Minute, "203.0.113.66", "", 10*mib, 0),
	})
	require.Equal(t, []int{0, 1, 2, 4}, after)
	require.LessOrEqual(t, found[2].Score, float64(learningScore))
}

// After an incident is over a few words to the service are none.
func TestAfterTheIncident(t *testing.T) {
	records := ruletest.Meanwhile([]flow.Record{
		to(0, "192.0.2.1", "pastebin.com", 2*mib, 0), to(3*time.Hour, "192.0.2.1", "pastebin.com", 500, 0),
	})
	found, _ := ruletest.Play(New(DefaultConfig(), new(indicator.Lists)), records)
	require.Len(t, found, 1)
}

// What the lists say counts as soon as they are reloaded, although something weaker
// was found before, and no longer than they say.
func TestReload(t *testing.T) {
	l, path := lists(t, "# nothing yet\n")
	rule := New(DefaultConfig(), l)
	set := ruletest.Settings()
	set.MinScore = 40
	s := engine.New(set, func() []engine.Rule { return []engine.Rule{rule} })
	s.Arrive(ruletest.Base.AddDate(1, 0, 0))
	src := engine.NewSource(&flow.Resource{Container: "web"})
	send := func(after time.Duration) []engine.Said {
		r := to(after, "192.0.2.1", "pastebin.com", 100*kib, 0)
		s.Observe(&src, &r)
		return s.Alerts()
	}
	require.Empty(t, send(0))
	require.NoError(t, os.WriteFile(path, []byte("pastebin.com\n"), 0o600))
	require.Empty(t, send(time.Second), "not read yet")
	require.Len(t, l.Refresh(time.Unix(60, 0)), 1)
	said := send(2 * time.Second)
	require.Len(t, said, 1)
	require.GreaterOrEqual(t, said[0].Score, float64(listedScore))
	require.Empty(t, send(3*time.Second), "told once")
}

// An entry holds while its list says so, by the record's own time.
func TestValidity(t *testing.T) {
	const bundle = `{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","spec_version":"2.1",
		"id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.9']",
		"created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",
		"valid_from":"2026-01-01T00:09:30Z","valid_until":"2026-01-01T00:19:30Z","name":"for ten minutes"}]}`
	l, _ := lists(t, bundle)
	var records []flow.Record
	for i := range 7 {
		records = append(records, to(time.Duration(i)*5*time.Minute, "203.0.113.9", "", 100<<i, 0))
	}
	_, after := ruletest.Play(New(DefaultConfig(), l), records)
	require.Equal(t, []int{2, 3}, after)

	// Whether the peer was looked up before within the minute does not matter.
	late := to(9*time.Minute+40*time.Second, "203.0.113.9", "", 100, 0)
	for _, before := range [][]flow.Record{nil, {to(9*time.Minute+10*time.Second, "203.0.113.9", "", 100, 0)}} {
		found, _ := ruletest.Play(New(DefaultConfig(), l), append(before, late))
		require.Empty(t, found)
	}
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	require.NoError(t, good.Validate())
	for key, change := range map[string]func(*Config){
		"min_bytes":         func(c *Config) { c.MinBytes = 0 },
		"services[1]":       func(c *Config) { c.Services = []string{"paste", "pastes"} },
		"services[0]":       func(c *Config) { c.Services = []string{"doh"} },
		"service_min_bytes": func(c *Config) { c.ServiceMinBytes = 1 },
	} {
		c := DefaultConfig()
		change(&c)
		require.ErrorContains(t, c.Validate(), key)
	}
}

// Whatever the peer and the sizes: finite numbers, and the more bytes the higher the
// score.
func FuzzObserve(f *testing.F) {
	f.Add("pastebin.com", int64(mib), int64(kib))
	f.Add("badactor.example", int64(1), int64(0))
	f.Add(strings.Repeat("a.", 200), int64(math.MaxInt64), int64(math.MaxInt64))
	l, _ := lists(f, list)
	f.Fuzz(func(t *testing.T, name string, sent, received int64) {
		score := func(sent int64) float64 {
			found, _ := ruletest.Play(New(DefaultConfig(), l), []flow.Record{
				to(0, "203.0.113.66", name, sent, max(received, 0)), to(time.Second, "192.0.2.1", name, sent, max(received, 0)),
			})
			sum := 0.0
			for _, f := range found {
				require.False(t, math.IsNaN(f.Score) || math.IsInf(f.Observed, 0) || math.IsNaN(f.Observed))
				require.True(t, f.Score >= 0 && f.Score <= 100)
				sum += f.Score
			}
			return sum
		}
		sent = max(sent, 0)
		require.LessOrEqual(t, score(sent/2), score(sent))
	})
}
