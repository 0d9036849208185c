package netflowreceiver

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/exporter"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/metadata"
)

// containers are those of the tests, by their network.
func containers(t testing.TB) *workload.Directory {
	networks, err := netset.Parse([]string{"10.0.0.0/8"})
	require.NoError(t, err)
	directory, err := workload.New(networks, "")
	require.NoError(t, err)
	return directory
}

// started is a receiver, what it passes on, its metrics, and a socket to send to it.
type started struct {
	logs      chan plog.Logs
	endpoint  netip.AddrPort
	conn      *net.UDPConn
	telemetry *componenttest.Telemetry
	stop      func()
}

func start(t *testing.T) *started {
	s := &started{logs: make(chan plog.Logs, 16), telemetry: componenttest.NewTelemetry()}
	next, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		s.logs <- ld
		return nil
	})
	require.NoError(t, err)
	config := createDefaultConfig()
	config.Hostname, config.Port = "127.0.0.1", 0
	require.NoError(t, config.Validate())
	set := receivertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = s.telemetry.NewTelemetrySettings()
	r, err := newReceiver(set, config, next)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	s.endpoint = r.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	s.conn, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.endpoint))
	require.NoError(t, err)
	s.stop = func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, s.conn.Close())
	}
	return s
}

func (s *started) send(t *testing.T, name string) {
	content, err := os.ReadFile(filepath.Join("internal", "export", "testdata", name+".bin"))
	require.NoError(t, err)
	_, err = s.conn.Write(content)
	require.NoError(t, err)
}

// What softflowd says of a capture comes out of the dialect as what was sent: to
// the byte, since the packets are as Linux makes them.
func TestFromTheWireToTheFlow(t *testing.T) {
	if _, err := exec.LookPath(exporter.Softflowd); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s := start(t)
	defer s.stop()
	upload := exporter.Upload{Client: netip.MustParseAddrPort("10.0.3.7:41234"), Server: netip.MustParseAddrPort("203.0.113.9:443"),
		Bytes: 50 << 20, Start: time.Now().Add(-time.Hour), Lasts: 40 * time.Second}
	capture := filepath.Join(t.TempDir(), "upload.pcap")
	_, _, err := exporter.WriteCapture(capture, upload)
	require.NoError(t, err)
	require.NoError(t, exporter.Export(t.Context(), capture, 9, s.endpoint))

	reader, err := dialect.NewReader(dialect.Options{Workloads: containers(t)})
	require.NoError(t, err)
	var told []flow.Record
	records := (<-s.logs).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	for _, lr := range records.All() {
		product, flows, err := reader.Read(lr)
		require.NoError(t, err)
		assert.Equal(t, "netflow", product)
		for _, f := range flows {
			told = append(told, f.Record)
		}
	}
	require.Len(t, told, 2)
	for _, r := range told {
		assert.Equal(t, upload.Client, r.Source)
		assert.Equal(t, upload.Server, r.Destination)
		assert.Equal(t, flow.InitiatorSource, r.Initiator)
	}
	if told[0].Bytes == 0 {
		told[0], told[1] = told[1], told[0]
	}
	assert.Equal(t, upload.Bytes, told[0].Bytes)
	assert.Less(t, told[1].ReverseBytes, int64(16), "acknowledgements carry nothing")
}

func TestAttributes(t *testing.T) {
	s := start(t)
	defer s.stop()
	s.send(t, "netflow5")
	lr := (<-s.logs).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	assert.Empty(t, lr.EventName())
	assert.NotZero(t, lr.ObservedTimestamp())
	fields := lr.Attributes().AsRaw()
	delete(fields, "flow.time_received")
	assert.Equal(t, map[string]any{
		"source.address": "10.0.3.7", "source.port": int64(41234),
		"destination.address": "203.0.113.9", "destination.port": int64(443),
		"network.transport": "tcp", "network.type": "ipv4",
		"flow.io.bytes": int64(1086492), "flow.io.packets": int64(729),
		"flow.type": "netflow_v5", "flow.sequence_num": int64(0), "flow.sampler_address": "127.0.0.1",
		"flow.start": lr.Timestamp().AsTime().UnixNano(), "flow.end": lr.Timestamp().AsTime().Add(39945 * time.Millisecond).UnixNano(),
		"flow.sampling_rate": int64(0), "flow.tcp_flags": int64(27),
	}, fields)
}

// One datagram that cannot be read does not keep the next from being read.
func TestBadDatagramsAreCounted(t *testing.T) {
	s := start(t)
	for _, bad := range []string{"", "\x00\x08 another version", "\x00\x09 no header"} {
		_, err := s.conn.Write([]byte(bad))
		require.NoError(t, err)
	}
	s.send(t, "ipfix")
	ld := <-s.logs
	assert.Equal(t, 2, ld.LogRecordCount())
	s.stop()
	unread, err := s.telemetry.GetMetric("otelcol_netflow_unread")
	require.NoError(t, err)
	assert.Len(t, sums(t, unread.Data), 2)
	received, err := s.telemetry.GetMetric("otelcol_netflow_datagrams")
	require.NoError(t, err)
	assert.Equal(t, []int64{4}, sums(t, received.Data))
}

func TestPortThatIsTaken(t *testing.T) {
	s := start(t)
	defer s.stop()
	config := createDefaultConfig()
	config.Hostname, config.Port = "127.0.0.1", int(s.endpoint.Port())
	r, err := newReceiver(receivertest.NewNopSettings(metadata.Type), config, nil)
	require.NoError(t, err)
	assert.ErrorContains(t, r.Start(t.Context(), componenttest.NewNopHost()), "port: ")
	assert.NoError(t, r.Shutdown(t.Context()))
}

func TestConfigNamesTheKeyAtFault(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"scheme": func(c *Config) { c.Scheme = "sflow" },
		"port":   func(c *Config) { c.Port = 70000 },
	} {
		c := createDefaultConfig()
		change(c)
		assert.ErrorContains(t, c.Validate(), key+": ")
	}
}
