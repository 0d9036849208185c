package netflowreceiver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/export"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/netflowreceiver/internal/metadata"
)

const (
	// socketBuffer is how much the kernel may hold for the receiver, in bytes; it
	// gives what net.core.rmem_max allows.
	socketBuffer = 8 << 20
	// datagram is longer than any that UDP carries, in bytes.
	datagram = 1 << 16
)

// netflowReceiver reads a socket until it is shut down.
type netflowReceiver struct {
	config    *Config
	logger    *zap.Logger
	next      consumer.Logs
	report    *receiverhelper.ObsReport
	telemetry *metadata.TelemetryBuilder

	conn    *net.UDPConn
	cancel  context.CancelFunc
	reader  sync.WaitGroup
	decoder *export.Decoder
	warned  bool // of what could not be read: the metrics tell how often
}

func newReceiver(set receiver.Settings, config *Config, next consumer.Logs) (*netflowReceiver, error) {
	report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: "udp", ReceiverCreateSettings: set})
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &netflowReceiver{config: config, logger: set.Logger, next: next, report: report,
		telemetry: telemetry, decoder: export.NewDecoder()}, nil
}

// Start begins to listen.
func (r *netflowReceiver) Start(context.Context, component.Host) error {
	endpoint := net.JoinHostPort(r.config.Hostname, strconv.Itoa(r.config.Port))
	address, err := net.ResolveUDPAddr("udp", endpoint)
	if err != nil {
		return fmt.Errorf("hostname: %w", err)
	}
	if r.conn, err = net.ListenUDP("udp", address); err != nil {
		return fmt.Errorf("port: %w", err)
	}
	if err := r.conn.SetReadBuffer(socketBuffer); err != nil {
		r.logger.Warn("The socket's buffer stays small: bursts may be lost", zap.Error(err))
	}
	r.logger.Info("Listening for flow exports", zap.Stringer("endpoint", r.conn.LocalAddr()))
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.reader.Go(func() { r.read(ctx) })
	return nil
}

// Shutdown waits for the datagram that is being worked on, until ctx is done.
func (r *netflowReceiver) Shutdown(ctx context.Context) error {
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close()
	stop := context.AfterFunc(ctx, r.cancel)
	r.reader.Wait()
	stop()
	r.cancel()
	r.telemetry.Shutdown()
	return err
}

func (r *netflowReceiver) read(ctx context.Context) {
	buffer := make([]byte, datagram)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			r.logger.Error("Reading from the socket failed", zap.Error(err))
			return
		}
		r.take(ctx, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), time.Now(), buffer[:n])
	}
}

// take decodes a datagram and passes on what it tells.
func (r *netflowReceiver) take(ctx context.Context, from netip.AddrPort, now time.Time, content []byte) {
	message, err := r.decoder.Decode(from, now.UnixNano(), content)
	r.count(ctx, &message, err)
	if err != nil && !r.warned {
		r.warned = true
		r.logger.Warn("A datagram could not be read whole; of further ones only the metrics tell",
			zap.Stringer("exporter", from), zap.Int("bytes", len(content)), zap.Error(err))
	}
	if len(message.Records) == 0 {
		return
	}
	ctx = r.report.StartLogsOp(ctx)
	err = r.next.ConsumeLogs(ctx, logsOf(&message, from, now))
	r.report.EndLogsOp(ctx, metadata.Type.String(), len(message.Records), err)
}

func (r *netflowReceiver) count(ctx context.Context, m *export.Message, err error) {
	r.telemetry.NetflowDatagrams.Add(ctx, 1)
	switch {
	case errors.Is(err, export.ErrVersion):
		r.unread(ctx, "version", 1)
	case err != nil:
		r.unread(ctx, "malformed", 1)
	}
	if m.Waiting > 0 {
		r.unread(ctx, "no_template", m.Waiting)
	}
	r.telemetry.NetflowMissing.Add(ctx, m.Missing)
	held, evicted := r.decoder.Templates()
	r.telemetry.NetflowTemplates.Record(ctx, int64(held))
	r.telemetry.NetflowTemplatesEvicted.Add(ctx, evicted)
}

func (r *netflowReceiver) unread(ctx context.Context, reason string, n int) {
	r.telemetry.NetflowUnread.Add(ctx, int64(n), metric.WithAttributes(attribute.String("reason", reason)))
}
