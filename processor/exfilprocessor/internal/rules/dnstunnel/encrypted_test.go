package dnstunnel

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

func newEncrypted() *Encrypted { return NewEncrypted(DefaultEncryptedConfig(), 10, idle) }

func to(port uint16, server string, sent int64) flow.Record {
	r := ruletest.Record(time.Second, 40000, port, sent)
	r.Protocol, r.Server = "tls", server
	return r
}

func TestEncrypted(t *testing.T) {
	served := to(853, "", 1<<20)
	served.Initiator = flow.InitiatorDestination
	quic := to(853, "", 1<<20)
	quic.Transport = "udp"
	for name, test := range map[string]struct {
		record flow.Record
		found  string // in the sentence; nothing is found without
	}{
		"DNS over TLS":                {to(853, "", 9000), "by DNS over TLS"},
		"DNS over QUIC":               {quic, "by DNS over QUIC"},
		"DNS over HTTPS":              {to(443, "dns.google", 9000), "by DNS over HTTPS"},
		"a customer's name":           {to(443, "abc123.dns.nextdns.io", 9000), "by DNS over HTTPS"},
		"a question or two":           {to(853, "", 600), ""},
		"something else by HTTPS":     {to(443, "www.google.com", 1<<30), ""},
		"HTTPS to an address":         {to(443, "", 1<<30), ""},
		"another port":                {to(8443, "dns.google", 1<<30), ""},
		"a resolver in the container": {served, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := ruletest.Play(newEncrypted(), []flow.Record{test.record})
			if test.found == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Contains(t, found[0].Sentence, test.found)
			require.InDelta(t, 25, found[0].Score, 10)
		})
	}
}

// A moderate number of questions does not alert alone, however fast; very many do.
func TestEncryptedVolume(t *testing.T) {
	for sent, score := range map[int64]float64{8 << 10: 25, 80 << 10: 35, 3 << 20: 35, 4 << 20: 40, 40 << 20: 50, math.MaxInt64: 100} {
		found, _ := ruletest.Play(newEncrypted(), []flow.Record{to(853, "", sent)})
		require.Len(t, found, 1)
		require.InDelta(t, score, found[0].Score, 0, sent)
	}
}

func TestEncryptedAfterTheIncident(t *testing.T) {
	later := to(853, "", 100)
	later.Time += int64(3 * time.Hour)
	found, _ := ruletest.Play(newEncrypted(), []flow.Record{to(853, "", 5<<20), later})
	require.Len(t, found, 1)
}

// What else is sent to the resolver's domain is not for the resolver.
func TestEncryptedBesideOtherServices(t *testing.T) {
	found, _ := ruletest.Play(newEncrypted(), []flow.Record{to(443, "mail.google.com", 1<<30), to(443, "dns.google.com", 600)})
	require.Empty(t, found)
}

func TestEncryptedThatWasThere(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	later := to(853, "", 1<<20)
	later.Time += int64(48 * time.Hour)
	found, _ := ruletest.PlayWith(set, newEncrypted(), []flow.Record{to(853, "", 1<<20), later})
	require.Empty(t, found)
}
