package config

import (
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/exporter"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// softflowd tells of a container that sent a few bytes the day before yesterday
// and ten minutes ago, and 50 MiB to another host now. The first record after a pause of a day is
// not yet believed.
func TestNetFlowGivesOneAlert(t *testing.T) {
	if _, err := exec.LookPath(exporter.Softflowd); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	for _, version := range []int{5, 9, 10} {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			var received alerts
			backend := httptest.NewServer(&received)
			defer backend.Close()
			to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), freeUDPPort(t))
			env := append(distribution.Environment(t), "OTLP_ENDPOINT="+backend.URL, "CONTAINER_NETWORKS=[10.88.0.0/16]",
				"NETFLOW_HOST=127.0.0.1", "NETFLOW_PORT="+strconv.Itoa(int(to.Port())))
			p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", "netflow.yaml"), env...)
			require.True(t, p.Ready(), p.Output())

			upload := exporter.Upload{Client: netip.MustParseAddrPort("10.88.0.5:41234"), Server: netip.MustParseAddrPort("198.51.100.20:443"),
				Start: time.Now().Add(-40 * time.Hour), Lasts: time.Second, Bytes: 3000}
			exported(t, upload, version, to)
			upload.Start = time.Now().Add(-10 * time.Minute)
			exported(t, upload, version, to)
			upload.Server = netip.MustParseAddrPort("203.0.113.9:443")
			upload.Start, upload.Lasts, upload.Bytes = time.Now().Add(-time.Minute), 30*time.Second, 50<<20
			exported(t, upload, version, to)

			require.Eventually(t, func() bool { return metric(env, "otelcol_exfil_dialect_records", `dialect="netflow"`) == 6 },
				30*time.Second, 50*time.Millisecond, p.Output())
			assert.Equal(t, 1, metric(env, "otelcol_exfil_rules_blind", `rule="http_upload"`))
			require.NoError(t, p.Stop(), p.Output())
			assert.NotContains(t, p.Output(), "\terror\t")

			all := received.all()
			require.Len(t, all, 1, "%s", p.Output())
			assert.Equal(t, alert.Open, all[0].Status)
			assert.Equal(t, "bulk_upload", all[0].Evidence[0].Rule.Name)
			assert.Equal(t, "203.0.113.9", all[0].Destination.Address.String())
			assert.Contains(t, all[0].Body, "The container at 10.88.0.5")
			assert.Contains(t, all[0].Body, "50.0 MiB")
		})
	}
}

func exported(t *testing.T, u exporter.Upload, version int, to netip.AddrPort) {
	capture := filepath.Join(t.TempDir(), "upload.pcap")
	_, _, err := exporter.WriteCapture(capture, u)
	require.NoError(t, err)
	require.NoError(t, exporter.Export(t.Context(), capture, version, to, "-a"))
}

func freeUDPPort(t *testing.T) uint16 {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}
