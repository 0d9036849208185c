package config

import (
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// Lines as Cilium 1.19's exporter writes them: a pod asks its resolver for a name,
// or sends a request; %s is the time, and what is asked or requested.
const (
	hubbleQuestion = `{"flow":{"time":%[1]q,"verdict":"FORWARDED","IP":{"source":"10.0.1.235","destination":"10.0.0.53","ipVersion":"IPv4"},"l4":{"UDP":{"source_port":45999,"destination_port":53}},"source":{"ID":423,"identity":24753,"cluster_name":"production","namespace":"shop","labels":["k8s:app=checkout"],"pod_name":"checkout-9b649846d-bxqfc","workloads":[{"name":"checkout","kind":"Deployment"}]},"destination":{"ID":77,"identity":9831,"cluster_name":"production","namespace":"kube-system","pod_name":"coredns-5d78c9869d-x2x7l","workloads":[{"name":"coredns","kind":"Deployment"}]},"Type":"L7","node_name":"production/worker-1","l7":{"type":"REQUEST","dns":{"query":%[2]q,"observation_source":"proxy","qtypes":["TXT"]}},"event_type":{"type":129},"traffic_direction":"EGRESS","is_reply":false,"Summary":"DNS Query"},"node_name":"production/worker-1","time":%[1]q}`
	hubbleRequest  = `{"flow":{"time":%[1]q,"verdict":"FORWARDED","IP":{"source":"10.0.1.236","destination":"203.0.113.9","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":51234,"destination_port":80}},"source":{"ID":424,"identity":24754,"cluster_name":"production","namespace":"shop","labels":["k8s:app=ledger"],"pod_name":"ledger-0","workloads":[{"name":"ledger","kind":"StatefulSet"}]},"destination":{"identity":2,"labels":["reserved:world"]},"Type":"L7","node_name":"production/worker-1","l7":{"type":"REQUEST","http":{"method":"PUT","url":%[2]q,"protocol":"HTTP/1.1","headers":[{"key":"Content-Length","value":"52428800"},{"key":"User-Agent","value":"curl/8.5.0"}]}},"event_type":{"type":129},"traffic_direction":"EGRESS","is_reply":false,"Summary":"HTTP"},"node_name":"production/worker-1","time":%[1]q}`
)

// tunnelled are questions whose names carry data under one domain.
func tunnelled() (lines []string) {
	at := time.Now().Add(-10 * time.Minute)
	for i := range 6000 {
		asked := fmt.Sprintf("%x.t.drop.example.", sha256.Sum224([]byte{byte(i), byte(i >> 8)}))
		lines = append(lines, fmt.Sprintf(hubbleQuestion, at.Add(time.Duration(i)*100*time.Millisecond).UTC().Format(time.RFC3339Nano), asked))
	}
	return lines
}

func TestHubbleGivesOneAlert(t *testing.T) {
	for name, c := range map[string]struct {
		lines          []string
		rule, workload string
	}{
		"questions": {tunnelled(), "dns_tunnel", "Pod shop/checkout-9b649846d-bxqfc"},
		"a request": {[]string{fmt.Sprintf(hubbleRequest, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339Nano), "http://drop.example/a?token=s3cr3t")},
			"http_upload", "Pod shop/ledger-0"},
	} {
		t.Run(name, func(t *testing.T) {
			var received alerts
			backend := httptest.NewServer(&received)
			defer backend.Close()
			events := filepath.Join(t.TempDir(), "events.log")
			require.NoError(t, os.WriteFile(events, []byte(strings.Join(c.lines, "\n")+"\n"), 0o600))
			env := append(distribution.Environment(t), "OTLP_ENDPOINT="+backend.URL, "HUBBLE_EXPORT="+events)
			p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", "hubble.yaml"), env...)
			require.True(t, p.Ready(), p.Output())
			require.Eventually(t, func() bool { return metric(env, "otelcol_exfil_dialect_records", `dialect="hubble"`) == len(c.lines) },
				30*time.Second, 50*time.Millisecond, p.Output())
			for _, rule := range []string{"bulk_upload", "slow_drip", "unusual_sender", "suspicious_destination"} {
				assert.Equal(t, 1, metric(env, "otelcol_exfil_rules_blind", `rule="`+rule+`"`), rule)
			}
			require.NoError(t, p.Stop(), p.Output())
			assert.NotContains(t, p.Output(), "\terror\t")

			all := received.all()
			require.NotEmpty(t, all, p.Output())
			assert.Equal(t, alert.Open, all[0].Status)
			assert.Equal(t, c.rule, all[0].Evidence[0].Rule.Name)
			assert.Contains(t, all[0].Body, c.workload)
			assert.NotContains(t, all[0].Body, "s3cr3t")
			for _, further := range all[1:] {
				assert.Equal(t, all[0].ID, further.ID, "one incident")
			}
		})
	}
}
