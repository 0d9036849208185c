package keep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// maxAside is how many values that cannot be read are set aside at a start. Of more
// only the count is known.
const maxAside = 8

// ErrMissing says that a value is not there which another names.
var ErrMissing = errors.New("missing")

// Damage is a value that cannot be read.
type Damage struct {
	Key   string
	Aside string // the key it can be found under now; empty if it is not kept
	Err   error
}

// Into is what is filled from the storage.
type Into interface {
	// Meta, Chunk and Incident are those of engine.Restoration, but that of an
	// incident the whole payload of its record is passed.
	Meta(payload []byte) error
	Chunk(kind state.Kind, payload []byte) error
	Incident(payload []byte, standing engine.Standing) error
}

// loader is one Load.
type loader struct {
	*Store
	into    Into
	damages []Damage
	aside   int
	missing int // chunks
}

// Load reads what was kept. What cannot be read is set aside and returned; the rest
// is used. The error is the storage's own: what follows it was not read.
func (s *Store) Load(ctx context.Context, into Into) ([]Damage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &loader{Store: s, into: into}
	if err := l.snapshot(ctx); err != nil {
		return l.damages, err
	}
	return l.damages, l.incidents(ctx)
}

// snapshot reads the head and the chunks it names.
func (l *loader) snapshot(ctx context.Context) error {
	data, err := l.client.Get(ctx, keyHead)
	if err != nil || data == nil {
		return err
	}
	head, meta, chunks, unreadable := l.head(data)
	if unreadable != nil {
		return l.discard(ctx, keyHead, data, unreadable)
	}
	l.generation = head.Generation
	for n := 0; n < chunks && l.missing < maxAside; n++ { // no number alone is believed
		if err := l.chunk(ctx, chunkKey(head.Generation, n), head.Generation); err != nil {
			return err
		}
	}
	if err := l.into.Meta(meta); err != nil {
		return l.discard(ctx, keyHead, data, err)
	}
	return nil
}

func (l *loader) head(data []byte) (head state.Chunk, meta []byte, chunks int, err error) {
	if head, err = open(data, state.Head); err != nil {
		return head, nil, 0, err
	}
	chunks, meta, err = decodeHead(head.Payload)
	return head, meta, chunks, err
}

func (l *loader) chunk(ctx context.Context, key string, generation uint64) error {
	data, err := l.client.Get(ctx, key)
	if err != nil {
		return err
	}
	if data == nil {
		l.missing++
		l.damages = append(l.damages, Damage{Key: key, Err: ErrMissing})
		return nil
	}
	chunk, err := state.Open(data)
	switch {
	case err != nil:
	case chunk.Generation != generation:
		err = fmt.Errorf("%w: it is of snapshot %d, not %d", state.ErrMalformed, chunk.Generation, generation)
	default:
		err = l.into.Chunk(chunk.Kind, chunk.Payload)
	}
	if err != nil {
		return l.discard(ctx, key, data, err)
	}
	return nil
}

// incidents reads the index and what it names.
func (l *loader) incidents(ctx context.Context) error {
	data, err := l.client.Get(ctx, keyIndex)
	if err != nil {
		return err
	}
	index := make(map[string]engine.Standing)
	if data != nil {
		if index, err = readIndex(data); err != nil {
			if err = l.discard(ctx, keyIndex, data, err); err != nil {
				return err
			}
			if index, err = l.find(ctx); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(index)) {
		if err := l.incident(ctx, id, index[id]); err != nil {
			return err
		}
	}
	return nil
}

func readIndex(data []byte) (map[string]engine.Standing, error) {
	chunk, err := open(data, state.Index)
	if err != nil {
		return nil, err
	}
	return decodeIndex(chunk.Payload)
}

// find looks for incidents where the index cannot be read, if the storage can say
// which keys it has. What was told of them is not known: they count as told.
func (l *loader) find(ctx context.Context) (map[string]engine.Standing, error) {
	found := make(map[string]engine.Standing)
	keys, err := l.client.keys(ctx)
	for _, key := range keys {
		if id, ok := strings.CutPrefix(key, keyIncident); ok {
			found[id] = engine.Told
		}
	}
	return found, err
}

func (l *loader) incident(ctx context.Context, id string, standing engine.Standing) error {
	key := keyIncident + id
	data, err := l.client.Get(ctx, key)
	if err != nil {
		return err
	}
	if data == nil {
		l.damages = append(l.damages, Damage{Key: key, Err: ErrMissing})
		return nil
	}
	chunk, err := open(data, state.Incident)
	if err == nil {
		err = l.into.Incident(chunk.Payload, standing)
	}
	if err != nil {
		return l.discard(ctx, key, data, err)
	}
	l.index[id] = standing
	return nil
}

func open(data []byte, kind state.Kind) (state.Chunk, error) {
	chunk, err := state.Open(data)
	if err == nil && chunk.Kind != kind {
		err = fmt.Errorf("%w: it is %s, not %s", state.ErrMalformed, chunk.Kind, kind)
	}
	return chunk, err
}

// discard moves a value that cannot be read out of the way.
func (l *loader) discard(ctx context.Context, key string, data []byte, reason error) error {
	d := Damage{Key: key, Err: reason}
	ops := []*storage.Operation{storage.DeleteOperation(key)}
	if l.aside < maxAside {
		d.Aside = fmt.Sprintf("aside/%d", l.aside)
		ops = append(ops, storage.SetOperation(d.Aside, data))
		l.aside++
	}
	l.damages = append(l.damages, d)
	return l.client.Batch(ctx, ops...)
}
