package pcapreceiver

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/traffic"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/metadatatest"
)

// rig is a receiver, what it says and what it reports of itself.
type rig struct {
	*pcapReceiver
	telemetry *componenttest.Telemetry
	host      *statusHost
	sink      *consumertest.LogsSink
}

// statusHost keeps the statuses that a component reports, and tells of a fatal one.
type statusHost struct {
	component.Host
	mu       sync.Mutex
	statuses []componentstatus.Status
	fatal    chan struct{}
}

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statuses = append(h.statuses, e.Status())
	if e.Status() == componentstatus.StatusFatalError {
		close(h.fatal)
	}
}

func newRig(t *testing.T, next consumer.Logs, change func(*Config)) *rig {
	g := &rig{
		telemetry: componenttest.NewTelemetry(),
		host:      &statusHost{Host: componenttest.NewNopHost(), fatal: make(chan struct{})},
		sink:      new(consumertest.LogsSink),
	}
	if next == nil {
		next = g.sink
	}
	config := createDefaultConfig()
	config.ExitAtEnd = true
	change(config)
	require.NoError(t, config.Validate())
	var err error
	g.pcapReceiver, err = newReceiver(metadatatest.NewSettings(g.telemetry), config, next)
	require.NoError(t, err)
	return g
}

// run reads to the end.
func (g *rig) run(t *testing.T) {
	require.NoError(t, g.Start(t.Context(), g.host))
	<-g.host.fatal
}

func (g *rig) stop(t *testing.T) {
	require.NoError(t, g.Shutdown(context.Background()))
	require.NoError(t, g.telemetry.Shutdown(context.Background()))
}

// told is every record of the sink, with its resource.
func told(sink *consumertest.LogsSink) (resources []flow.Resource, records []flow.Record) {
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			var resource flow.Resource
			resource.Decode(rl.Resource())
			for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
				var r flow.Record
				if r.Decode(lr) == nil {
					resources, records = append(resources, resource), append(records, r)
				}
			}
		}
	}
	return resources, records
}

func mixed(t testing.TB, packets int) []byte {
	var b bytes.Buffer
	_, err := traffic.Write(&b, packets, 1)
	require.NoError(t, err)
	return b.Bytes()
}

func write(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const mapping = `
- address: 10.77.0.0/16
  attributes: {k8s.deployment.name: shop, k8s.namespace.name: prod}
`

func TestAFileIsReadToItsEnd(t *testing.T) {
	g := newRig(t, nil, func(c *Config) {
		c.Path = write(t, "mixed.pcap", mixed(t, 20_000))
		c.WorkloadsFile = write(t, "workloads.yaml", []byte(mapping))
	})
	g.run(t)
	resources, records := told(g.sink)
	protocols := map[string]int{}
	for i, r := range records {
		assert.Equal(t, "shop", resources[i].Deployment)
		assert.Less(t, r.Time, time.Unix(1_700_000_100, 0).UnixNano(), "the capture's time")
		protocols[r.Protocol]++
	}
	for _, p := range []string{"tls", "http", "dns", "smtp"} {
		assert.NotZero(t, protocols[p], p)
	}
	assert.Zero(t, g.meter.flows.Load(), "all flows have been told")
	metadatatest.AssertEqualPcapFlows(t, g.telemetry, []metricdata.DataPoint[int64]{{Value: 0}}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualPcapInputsFailed(t, g.telemetry, []metricdata.DataPoint[int64]{{Value: 0}}, metricdatatest.IgnoreTimestamp())
	g.stop(t)
}

// Without a mapping each address is a container of its own, on the observer's word.
func TestAddressesAreWorkloads(t *testing.T) {
	g := newRig(t, nil, func(c *Config) { c.Path = write(t, "mixed.pcap", mixed(t, 3000)) })
	g.run(t)
	resources, records := told(g.sink)
	require.NotEmpty(t, records)
	for i, r := range records {
		assert.Equal(t, flow.Resource{Address: r.Source.Addr().String()}, resources[i])
	}
	g.stop(t)
}

// A capture that ends in the middle of a packet tells what it had.
func TestACutFile(t *testing.T) {
	whole := mixed(t, 2000)
	g := newRig(t, nil, func(c *Config) { c.Path = write(t, "cut.pcap", whole[:len(whole)-10]) })
	g.run(t)
	_, records := told(g.sink)
	assert.NotEmpty(t, records)
	assert.EqualValues(t, 1, g.failed.Load())
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusFatalError}, g.host.statuses)
	g.stop(t)
}

// Whose a tunnel is is asked of the time that its frame has, the first one's too.
func TestWhoseAFirstTunnelIs(t *testing.T) {
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeRaw))
	ip := func(protocol layers.IPProtocol, to net.IP) *layers.IPv4 {
		return &layers.IPv4{Version: 4, TTL: 1, Protocol: protocol, SrcIP: net.IP{10, 77, 0, 2}, DstIP: to}
	}
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true},
		ip(layers.IPProtocolIPv4, net.IP{203, 0, 113, 10}), ip(253, net.IP{203, 0, 113, 11}), gopacket.Payload("hidden")))
	require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(1_700_000_000, 0), CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}, b.Bytes()))
	g := newRig(t, nil, func(c *Config) {
		c.Path = write(t, "tunnel.pcap", file.Bytes())
		c.ContainerNetworks = nil
		c.WorkloadsFile = write(t, "workloads.yaml", []byte("[{address: 10.77.0.2, from: 2020-01-01T00:00:00Z, attributes: {container.name: a}}]"))
	})
	g.run(t)
	_, records := told(g.sink)
	assert.Len(t, records, 2, "the tunnel and what is inside")
	g.stop(t)
}

func TestTheSameFileTwice(t *testing.T) {
	path := write(t, "mixed.pcap", mixed(t, 20_000))
	var all [][]flow.Record
	for range 2 {
		g := newRig(t, nil, func(c *Config) { c.Path = path })
		g.run(t)
		_, records := told(g.sink)
		all = append(all, records)
		g.stop(t)
	}
	assert.Equal(t, all[0], all[1])
}

func TestWhatCannotBeReadIsAnErrorByItsKey(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"path":           func(c *Config) { c.Path = filepath.Join(t.TempDir(), "none.pcap") },
		"workloads_file": func(c *Config) { c.Path, c.WorkloadsFile = write(t, "a.pcap", mixed(t, 10)), "/none" },
		"interface":      func(c *Config) { c.Interface, c.ExitAtEnd = "none0", false },
	} {
		g := newRig(t, nil, change)
		require.ErrorContains(t, g.Start(t.Context(), g.host), key)
		g.stop(t)
	}
}

// refuser takes nothing for a while.
type refuser struct {
	consumertest.LogsSink
	mu   sync.Mutex
	left int
	err  error
}

func (r *refuser) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left > 0 {
		r.left--
		return r.err
	}
	return r.LogsSink.ConsumeLogs(ctx, ld)
}

// A file waits for a next component that is busy: nothing is lost.
func TestAFileWaits(t *testing.T) {
	path := write(t, "mixed.pcap", mixed(t, 5000))
	all := newRig(t, nil, func(c *Config) { c.Path = path })
	all.run(t)
	all.stop(t)
	busy := &refuser{left: 2, err: errors.New("busy")}
	g := newRig(t, busy, func(c *Config) { c.Path = path })
	g.run(t)
	assert.Equal(t, all.sink.LogRecordCount(), busy.LogRecordCount())
	g.stop(t)
}

// What will never be taken is counted, and the rest goes on.
func TestRefusedForGood(t *testing.T) {
	next := &refuser{left: 1, err: consumererror.NewPermanent(errors.New("no"))}
	g := newRig(t, next, func(c *Config) { c.Path = write(t, "mixed.pcap", mixed(t, 40_000)) })
	g.run(t)
	_, records := told(&next.LogsSink)
	lost := int64(0)
	for _, r := range records {
		lost = max(lost, r.Lost)
	}
	refused := g.meter.lost[lostRefused].Load()
	assert.Positive(t, refused)
	assert.Equal(t, refused, lost, "the next records say so")
	metadatatest.AssertEqualPcapLost(t, g.telemetry, []metricdata.DataPoint[int64]{
		{Attributes: kind("dropped")}, {Attributes: kind("evicted")}, {Attributes: kind("unread")},
		{Attributes: kind("refused"), Value: refused},
	}, metricdatatest.IgnoreTimestamp())
	g.stop(t)
}

func kind(name string) attribute.Set { return attribute.NewSet(attribute.String("kind", name)) }

// Shutdown in the middle of a file ends it at once, and tells the open flows.
func TestShutdownInTheMiddle(t *testing.T) {
	g := newRig(t, nil, func(c *Config) {
		c.Path, c.ExitAtEnd, c.Follow = filepath.Dir(write(t, "mixed.pcap", mixed(t, 30_000))), false, true
	})
	require.NoError(t, g.Start(t.Context(), g.host))
	g.stop(t)
	assert.Zero(t, g.meter.flows.Load())
}
