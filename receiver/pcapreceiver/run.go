package pcapreceiver

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/batch"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/flowtable"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

const scope = "github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver"

// run is one reading of the input: frames to packets, to flows, to records.
type run struct {
	receiver  *pcapReceiver
	live      capture.Live // nil where the input is no interface
	stalls    bool         // the input may have nothing to give, and more later
	directory *workload.Directory
	host      string

	mu      sync.Mutex // guards what follows
	ctx     context.Context
	decoder packet.Decoder
	table   *flowtable.Table
	batch   *batch.Batch[owner]
	frames  int64
	at      int64 // the frame's time
	lost    int64 // packets dropped by the kernel, and records refused
	dropped int64
	refused int64
}

// owner tells containers apart: by workload, or by address where only the network
// is known.
type owner struct {
	workload *workload.Workload
	address  netip.Addr
}

func (r *pcapReceiver) newRun(directory *workload.Directory) *run {
	x := &run{receiver: r, directory: directory, batch: batch.New[owner](scope),
		stalls: r.config.Follow || r.config.Path == "-"}
	if live, ok := r.source.(capture.Live); ok {
		x.live = live
		x.host, _ = os.Hostname() // without one the records go without
	}
	x.decoder.Observed = func(addr netip.Addr) bool {
		_, observed := directory.Lookup(addr, x.at)
		return observed
	}
	c := r.config
	x.table = flowtable.New(flowtable.Options{
		Interval: c.Interval,
		Idle:     c.IdleTimeout,
		TCPIdle:  c.TCPIdleTimeout,
		MaxFlows: c.MaxFlows,
		Lookup:   directory.Lookup,
		Emit:     x.add,
	})
	return x
}

// read takes frames until the input ends (nil), fails, or is closed. An interface that
// is down may come up again.
func (x *run) read(ctx context.Context) error {
	var f capture.Frame
	for ctx.Err() == nil {
		err := x.receiver.source.Next(&f)
		switch {
		case err == nil:
			x.take(ctx, &f)
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, syscall.ENETDOWN):
			x.receiver.down(err)
		default:
			return err
		}
	}
	return os.ErrClosed
}

// take accounts one frame.
func (x *run) take(ctx context.Context, f *capture.Frame) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ctx = ctx
	x.frames++
	x.at = f.Time
	for _, p := range x.decoder.Decode(f) {
		x.table.Packet(&p)
	}
}

// finish reports every open flow.
func (x *run) finish(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ctx = ctx
	for _, p := range x.decoder.Flush() {
		x.table.Packet(&p)
	}
	x.table.Finish()
	x.send()
	x.publish()
}

// keepTime has a quiet input's flows reported all the same.
func (x *run) keepTime(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			x.tick(ctx, now)
		}
	}
}

// tick sends what has been gathered, but for a file that is read without a pause: its
// batches must not depend on how fast. An interface's clock goes on without packets.
func (x *run) tick(ctx context.Context, now time.Time) {
	x.reload()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ctx = ctx
	if x.live != nil {
		if n, err := x.live.Lost(); err == nil {
			x.dropped += int64(n)
			x.lost += int64(n)
		}
		x.table.Advance(now.UnixNano() - int64(tickEvery))
	}
	if x.live != nil || x.stalls {
		x.send()
	}
	x.publish()
}

func (x *run) reload() {
	changed, err := x.directory.Reload()
	logger := x.receiver.set.Logger
	switch {
	case err != nil:
		logger.Warn("The workloads file has changed and cannot be read; what was read of it before stays", zap.Error(err))
	case changed:
		logger.Info("The workloads file was read again")
	}
}

// add puts a record into the batch of its container.
func (x *run) add(of flowtable.Owner, r *flow.Record) {
	key := owner{workload: of.Workload}
	if of.Workload == nil {
		key.address = of.Address
	}
	if !x.batch.Begun(key) {
		resource := flow.Resource{}
		if of.Workload != nil {
			resource = of.Workload.Resource
		} else {
			resource.Address = of.Address.String()
		}
		if resource.Host == "" {
			resource.Host = x.host
		}
		x.batch.Begin(key, &resource, x.lost)
	}
	x.batch.Add(key, r)
	if x.batch.Full() {
		x.send()
		x.publish()
	}
}

// send hands over the records gathered.
func (x *run) send() {
	records := 0
	if x.batch.Send(func(logs plog.Logs, n int) error {
		records = n
		return x.offer(logs, n)
	}) != nil {
		x.refused += int64(records)
		x.lost += int64(records)
	}
}

const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// offer sends once; what comes from a file is offered again until it is taken, since a
// file can wait.
func (x *run) offer(logs plog.Logs, n int) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		// What was gathered before the end leaves after it.
		err := x.receiver.consume(context.WithoutCancel(x.ctx), logs, n)
		if err == nil || x.live != nil || consumererror.IsPermanent(err) || x.ctx.Err() != nil {
			return err
		}
		select {
		case <-x.ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func (r *pcapReceiver) consume(ctx context.Context, logs plog.Logs, n int) error {
	ctx = r.report.StartLogsOp(ctx)
	err := r.next.ConsumeLogs(ctx, logs)
	r.report.EndLogsOp(ctx, "pcap", n, err)
	return err
}
