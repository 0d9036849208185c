package exfilprocessor

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
)

func TestSuggestAllowance(t *testing.T) {
	res := pcommon.NewResource()
	res.Attributes().PutStr("k8s.namespace.name", "shop")
	res.Attributes().PutStr("k8s.deployment.name", "web")
	text, err := SuggestAllowance(res, &alert.Alert{
		Bytes: 20 << 20, Time: 1_767_225_600e9, LastSeen: 1_767_225_600e9,
		Destination: alert.Destination{Address: netip.MustParseAddr("203.0.113.10"), Port: 443, Domain: "backup.example", Protocol: "tls"},
	})
	require.NoError(t, err)
	require.Equal(t, `- reason: 'fill in: why is this expected?'
  workload:
    namespace: shop
    kind: deployment
    name: web
  destination:
    domains: [backup.example]
    ports: [443]
    protocols: [tls]
  max_bytes: 40MiB
  expires: "2026-04-01"
`, string(text))
}
