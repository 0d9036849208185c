package keep

import (
	"context"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// Snapshot is one being written, beside the one that is whole.
type Snapshot struct {
	store      *Store
	generation uint64
	chunks     int
	over       []string // incidents that were over when it began
}

// Begin starts a snapshot. One that is not committed leaves the last one as it is.
func (s *Store) Begin() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := &Snapshot{store: s, generation: s.generation + 1}
	for id, standing := range s.index {
		if standing == engine.Over {
			snap.over = append(snap.over, id)
		}
	}
	return snap
}

// Generation is what its chunks bear.
func (w *Snapshot) Generation() uint64 { return w.generation }

// Write writes the next chunk, sealed.
func (w *Snapshot) Write(ctx context.Context, sealed []byte) error {
	if err := w.store.client.Set(ctx, chunkKey(w.generation, w.chunks), sealed); err != nil {
		return err
	}
	w.chunks++
	return nil
}

// Commit makes it the snapshot that is whole, in one write. Meta is what the engine
// itself keeps.
func (w *Snapshot) Commit(ctx context.Context, meta []byte) error {
	s := w.store
	s.mu.Lock()
	defer s.mu.Unlock()
	c := state.Writer(state.Begin(nil, state.Head, w.generation))
	c.Len(w.chunks, 0)
	c.Blob(&meta)
	ops := []*storage.Operation{storage.SetOperation(keyHead, state.Seal(c.Bytes()))}
	for _, id := range w.over {
		ops = append(ops, s.forget(id))
	}
	if err := s.write(ctx, ops); err != nil {
		return err
	}
	s.generation = w.generation
	return s.trim(ctx, w.generation, w.chunks)
}

// trim deletes what an earlier, larger snapshot of the same place left behind.
func (s *Store) trim(ctx context.Context, generation uint64, from int) error {
	for n := from; ; n++ {
		key := chunkKey(generation, n)
		old, err := s.client.Get(ctx, key)
		if err != nil || old == nil {
			return err
		}
		if err := s.client.Delete(ctx, key); err != nil {
			return err
		}
	}
}

func decodeHead(payload []byte) (chunks int, meta []byte, err error) {
	c := state.Reader(payload)
	chunks = c.Len(0, 0)
	c.Blob(&meta)
	return chunks, meta, c.Err()
}
