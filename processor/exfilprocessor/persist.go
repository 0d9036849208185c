package exfilprocessor

import (
	"bytes"
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/keep"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

const (
	// chunkSize is about how large a piece of a snapshot is, in bytes. Records wait
	// while one is made, not while it is written.
	chunkSize = 128 << 10
	// openSome is how many open incidents are written at a time.
	openSome = 64
	// openInterval is how often what has become of open incidents is written, wall
	// clock.
	openInterval = 10 * time.Second
)

// spare is the name of the storage that is used where the first cannot be. That one
// is left as it is, for a person to look at.
const spare = "spare"

// reasonBusy is also what a processor of one name in two pipelines meets: each
// pipeline has its own.
const reasonBusy = "another process has it open, or another pipeline: give each one's processor a name of its own"

// resume opens the storage and goes on from what was kept in it.
func (p *exfil) resume(ctx context.Context, host component.Host) error {
	ext, err := storageExtension(host, *p.cfg.Storage)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range [...]string{"", spare} {
		if err = p.open(ctx, ext, name); err == nil {
			return nil
		}
		if keep.Busy(err) {
			return &StorageError{ID: *p.cfg.Storage, Reason: reasonBusy, Err: err}
		}
		p.meter.aside(ctx)
		p.logger.Error("The storage cannot be used, and is left as it is", zap.String("storage_name", name), zap.Error(err))
	}
	return &StorageError{ID: *p.cfg.Storage, Reason: "neither of its storages can be used", Err: err}
}

// open loads a storage of that name, and keeps state in it from then on.
func (p *exfil) open(ctx context.Context, ext storage.Extension, name string) error {
	store, err := keep.Open(ctx, ext, p.id, name)
	if err != nil {
		return err
	}
	k := &keeper{store: store, logger: p.logger, meter: p.meter}
	if err := p.load(ctx, store); err != nil {
		_ = store.Close(ctx) // it is not used any more
		return err
	}
	p.keeper, p.outbox.keeper = k, k
	return nil
}

// load fills the engine, and reports what cannot be read.
func (p *exfil) load(ctx context.Context, store *keep.Store) error {
	r := p.engine.Restore(p.now())
	defer r.Done()
	damages, err := store.Load(ctx, restoration{r, p.voice})
	for _, d := range damages {
		p.meter.aside(ctx)
		p.logger.Error("Kept state cannot be read, and is set aside",
			zap.String("key", d.Key), zap.String("aside", d.Aside), zap.Error(d.Err))
	}
	return err
}

// restoration gives incidents their resources back.
type restoration struct {
	*engine.Restoration
	voice *voice
}

func (r restoration) Incident(payload []byte, standing engine.Standing) error {
	c := state.Reader(payload)
	var resource []byte
	c.Blob(&resource)
	if c.Err() != nil {
		return c.Err()
	}
	ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(resource)
	if err != nil || ld.ResourceLogs().Len() != 1 {
		return errors.Join(state.ErrMalformed, err)
	}
	id, err := r.Restoration.Incident(c.Bytes(), standing)
	if err == nil && standing != engine.Over {
		r.voice.resources[id] = ld.ResourceLogs().At(0)
	}
	return err
}

// record is the form in which an incident is kept: its resource, and what the engine
// saved of it.
func record(resource plog.ResourceLogs, saved []byte) []byte {
	ld := plog.NewLogs()
	resource.CopyTo(ld.ResourceLogs().AppendEmpty())
	encoded, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	if err != nil {
		encoded = nil // it never is
	}
	c := state.Writer(state.Begin(nil, state.Incident, 0))
	c.Blob(&encoded)
	return state.Seal(append(c.Bytes(), saved...))
}

// keepOn writes a snapshot once an interval, and open incidents more often.
func (p *exfil) keepOn(ctx context.Context) {
	snapshots, incidents := time.NewTicker(p.cfg.SnapshotInterval), time.NewTicker(openInterval)
	defer snapshots.Stop()
	defer incidents.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-snapshots.C:
			err = p.snapshot(ctx)
		case <-incidents.C:
			err = p.keepOpen(ctx)
		}
		if ctx.Err() == nil {
			p.keeper.report(ctx, err)
		}
	}
}

// snapshot writes what was learned, and what has become of open incidents.
func (p *exfil) snapshot(ctx context.Context) error {
	w := p.keeper.store.Begin()
	pieces := p.engine.Snapshot()
	var chunk []byte // reused, since fresh memory costs time: the storage has a copy
	for kind, more := pieces.Kind(); more; kind, more = pieces.Kind() {
		chunk = p.piece(pieces, state.Begin(chunk, kind, w.Generation()))
		if state.Empty(chunk) {
			continue
		}
		if err := w.Write(ctx, state.Seal(bytes.Clone(chunk))); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := p.keepOpen(ctx); err != nil {
		return err
	}
	return w.Commit(ctx, p.meta())
}

func (p *exfil) piece(pieces *engine.Snapshot, chunk []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return pieces.Append(chunk, chunkSize)
}

func (p *exfil) meta() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.engine.AppendMeta(nil)
}

// keepOpen keeps the open incidents as they are now, some at a time.
func (p *exfil) keepOpen(ctx context.Context) error {
	for from, more := 0, true; more; from += openSome {
		err := p.keeper.store.Refresh(ctx, func() (notes []keep.Note) {
			notes, more = p.going(from)
			return notes
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// going are some of the open incidents, and whether there are more.
func (p *exfil) going(from int) (notes []keep.Note, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := from; n < from+openSome; n++ {
		id, saved, ok := p.engine.Incident(n)
		if !ok {
			return notes, false
		}
		if resource, known := p.voice.resources[id]; known {
			notes = append(notes, keep.Note{ID: id, Record: record(resource, saved)})
		}
	}
	return notes, true
}

// suspend keeps all there is to know, at the end. Alerts that were not taken are
// said again at the next start.
func (p *exfil) suspend(ctx context.Context, unsent error) {
	if n := p.outbox.len(); n > 0 {
		p.logger.Warn("The next component did not take alerts: what is open is said again at the next start",
			zap.Int("alerts", n), zap.Error(unsent))
	}
	p.keeper.report(ctx, p.snapshot(ctx))
	if err := p.keeper.store.Close(ctx); err != nil {
		p.logger.Error("The storage does not close", zap.Error(err))
	}
}
