package keep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt/errors"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// Keys in the storage.
const (
	keyHead     = "head"      // names the snapshot that is whole
	keyIndex    = "incidents" // names the incidents there are
	keyIncident = "incident/" // and the alert's id
)

func chunkKey(generation uint64, n int) string {
	return fmt.Sprintf("snapshot/%d/%04d", generation%2, n)
}

// maxOver is how many incidents that are over are kept until the next snapshot,
// which has what they left behind.
const maxOver = 1024

// Note is an alert of an incident, to be kept before it is passed on.
type Note struct {
	ID     string
	Status alert.Status
	Record []byte // a sealed chunk; nil once it is kept
}

// Store keeps state through a storage client. It is safe for concurrent use.
type Store struct {
	client guarded

	mu         sync.Mutex // guards what follows, and holds the order of writes
	index      map[string]engine.Standing
	sums       map[string]uint32 // of incidents as Refresh wrote them last
	generation uint64            // of the snapshot that is whole
}

// Open opens a component's storage of that name. The store knows of nothing yet, see
// Load.
func Open(ctx context.Context, ext storage.Extension, id component.ID, name string) (store *Store, err error) {
	defer rescue(&err)
	client, err := ext.GetClient(ctx, component.KindProcessor, id, name)
	if err != nil {
		return nil, err
	}
	return &Store{client: guarded{client}, index: make(map[string]engine.Standing), sums: make(map[string]uint32)}, nil
}

// Busy says that another process has the storage open.
func Busy(err error) bool { return errors.Is(err, bolt.ErrTimeout) }

// Close closes the client.
func (s *Store) Close(ctx context.Context) error { return s.client.Close(ctx) }

// Save keeps the incidents of notes, which are about to be passed on.
func (s *Store) Save(ctx context.Context, notes []Note) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ops []*storage.Operation
	for i := range notes {
		n := &notes[i]
		if n.Record == nil {
			continue
		}
		ops = append(ops, storage.SetOperation(keyIncident+n.ID, n.Record))
		s.index[n.ID] = awaiting(s.index[n.ID], n.Status)
		delete(s.sums, n.ID)
		n.Record = nil // if that fails, Refresh makes up for it
	}
	if len(ops) == 0 {
		return nil
	}
	return s.write(ctx, ops)
}

// awaiting is an incident's standing while an alert of it is on its way. One that
// is not known to have opened opens, whatever became of it since.
func awaiting(standing engine.Standing, status alert.Status) engine.Standing {
	switch {
	case standing == engine.Opening || status == alert.Closed:
		return standing
	case status == alert.Open:
		return engine.Opening
	default:
		return engine.Updating
	}
}

// Told notes that the alerts were taken.
func (s *Store) Told(ctx context.Context, notes []Note) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(notes) == 0 {
		return nil
	}
	var ops []*storage.Operation
	over := s.over()
	for i := range notes {
		id := notes[i].ID
		switch {
		case notes[i].Status != alert.Closed:
			s.index[id] = engine.Told
		case over >= maxOver:
			ops = append(ops, s.forget(id))
		default:
			over++
			s.index[id] = engine.Over
		}
	}
	return s.write(ctx, ops)
}

func (s *Store) over() int {
	n := 0
	for _, standing := range s.index {
		if standing == engine.Over {
			n++
		}
	}
	return n
}

func (s *Store) forget(id string) *storage.Operation {
	delete(s.index, id)
	delete(s.sums, id)
	return storage.DeleteOperation(keyIncident + id)
}

// Refresh keeps again what has become of incidents that are kept. Collect is called
// when no other alert is being kept, so that nothing older follows. What is kept as it
// is already is not written again. The index stays as it is: Commit writes it.
func (s *Store) Refresh(ctx context.Context, collect func() []Note) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ops []*storage.Operation
	for _, n := range collect() {
		standing, ok := s.index[n.ID]
		sum := state.Sum(n.Record)
		if before, same := s.sums[n.ID]; !ok || standing == engine.Over || same && before == sum {
			continue
		}
		ops = append(ops, storage.SetOperation(keyIncident+n.ID, n.Record))
		s.sums[n.ID] = sum
	}
	if len(ops) == 0 {
		return nil
	}
	err := s.client.Batch(ctx, ops...)
	if err != nil {
		clear(s.sums) // all of it is written again
	}
	return err
}

// write does the operations, and writes the index with them.
func (s *Store) write(ctx context.Context, ops []*storage.Operation) error {
	return s.client.Batch(ctx, append(ops, storage.SetOperation(keyIndex, s.encodeIndex()))...)
}

// leastEntry is how many bytes an entry of the index takes at the least.
const leastEntry = 5

func (s *Store) encodeIndex() []byte {
	ids := make([]string, 0, len(s.index))
	for id := range s.index {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	c := state.Writer(state.Begin(nil, state.Index, 0))
	c.Len(len(ids), leastEntry)
	for _, id := range ids {
		standing := uint8(s.index[id])
		c.Text(&id)
		c.U8(&standing)
	}
	return state.Seal(c.Bytes())
}

func decodeIndex(payload []byte) (map[string]engine.Standing, error) {
	index := make(map[string]engine.Standing)
	c := state.Reader(payload)
	for range c.Len(0, leastEntry) {
		var id string
		var standing uint8
		c.Text(&id)
		if c.U8(&standing); c.Err() == nil {
			index[id] = engine.Standing(standing)
		}
	}
	return index, c.Err()
}
