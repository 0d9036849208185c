package config

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// A file as AWS writes it, of a pod that sends 50 MiB by way of a NAT gateway. A line
// that cannot be used does not stop the next.
func TestVPCFlowLogsGiveOneAlert(t *testing.T) {
	var received alerts
	backend := httptest.NewServer(&received)
	defer backend.Close()
	folder := t.TempDir()
	now := time.Now().Add(-3 * time.Minute).Unix()
	lines := []string{
		"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status pkt-srcaddr pkt-dstaddr tcp-flags",
		vpcLine("10.88.0.5", "198.51.100.20", 3000, now-30*3600),
		vpcLine("10.88.0.5", "198.51.100.20", 3000, now-600), // not yet believed: it is a day later
		vpcLine("10.88.0.5", "198.51.100.20", 3000, now-600),
		fmt.Sprintf("5 123456789010 eni-1235b8ca123456789 - - - - - - - %d %d - NODATA - - -", now-60, now),
		"5 123456789010 eni-1235b8ca123456789 10.88.0.5 203.0.113.9 1 2 6 nine nine 1 2 ACCEPT OK - - 2",
		fmt.Sprintf("5 123456789010 eni-1235b8ca123456789 10.0.0.220 10.88.0.5 443 49152 6 3 156 %d %d ACCEPT OK 203.0.113.9 10.88.0.5 19", now-60, now),
		vpcLine("10.88.0.5", "203.0.113.9", 52<<20, now),
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "flow.log"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))

	env := append(distribution.Environment(t), "OTLP_ENDPOINT="+backend.URL, "CONTAINER_NETWORKS=[10.88.0.0/16]", "VPC_LOGS="+folder+"/flow.log")
	p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", "vpc.yaml"), env...)
	require.True(t, p.Ready(), p.Output())
	require.Eventually(t, func() bool {
		return metric(env, "otelcol_exfil_dialect_records", `dialect="vpc_flow_logs"`) == 7
	}, 30*time.Second, 50*time.Millisecond, p.Output())
	require.NoError(t, p.Stop(), p.Output())
	assert.NotContains(t, p.Output(), "\terror\t")
	all := received.all()
	require.Len(t, all, 1, "%s", p.Output())
	assert.Equal(t, "bulk_upload", all[0].Evidence[0].Rule.Name)
	assert.Equal(t, "203.0.113.9", all[0].Destination.Address.String())
}

// vpcLine is of a flow behind a NAT gateway.
func vpcLine(from, to string, bytes, at int64) string {
	return fmt.Sprintf("5 123456789010 eni-1235b8ca123456789 %s 10.0.0.220 49152 443 6 %d %d %d %d ACCEPT OK %[1]s %[6]s 3",
		from, bytes/1500+1, bytes, at-60, at, to)
}
