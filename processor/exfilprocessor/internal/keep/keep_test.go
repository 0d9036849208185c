package keep

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

var ctx = context.Background()

// opened is a store on file_storage in a directory.
func opened(t testing.TB, dir string) *Store {
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	set := extension.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	ext, err := factory.Create(ctx, set, cfg)
	require.NoError(t, err)
	s, err := Open(ctx, ext.(storage.Extension), component.MustNewID("exfil"), "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close(ctx) })
	return s
}

// filled takes what is loaded.
type filled struct {
	meta      string
	chunks    []string
	incidents map[string]engine.Standing // by payload
}

func (f *filled) Meta(payload []byte) error { f.meta = string(payload); return nil }

func (f *filled) Chunk(kind state.Kind, payload []byte) error {
	f.chunks = append(f.chunks, kind.String()+" "+string(payload))
	return nil
}

func (f *filled) Incident(payload []byte, standing engine.Standing) error {
	if f.incidents == nil {
		f.incidents = make(map[string]engine.Standing)
	}
	f.incidents[string(payload)] = standing
	return nil
}

// again loads what a store has kept, as after kill -9.
func again(t *testing.T, dir string, s *Store) (*Store, *filled) {
	require.NoError(t, s.Close(ctx))
	next, into := opened(t, dir), new(filled)
	damages, err := next.Load(ctx, into)
	require.NoError(t, err)
	require.Empty(t, damages)
	return next, into
}

func note(id string, status alert.Status) Note {
	return Note{ID: id, Status: status, Record: state.Seal(append(state.Begin(nil, state.Incident, 0), id...))}
}

func write(t *testing.T, s *Store, payloads ...string) {
	w := s.Begin()
	for _, p := range payloads {
		require.NoError(t, w.Write(ctx, state.Seal(append(state.Begin(nil, state.Pairs, w.Generation()), p...))))
	}
	require.NoError(t, w.Commit(ctx, []byte("meta")))
}

// The latest whole snapshot counts, whatever the sizes of those before it.
func TestSnapshotsFollowEachOther(t *testing.T) {
	dir := t.TempDir()
	s, into := again(t, dir, opened(t, dir))
	require.Equal(t, &filled{}, into)
	write(t, s, "a", "b", "c")
	write(t, s, "d")
	write(t, s, "e", "f")
	s, into = again(t, dir, s)
	require.Equal(t, &filled{meta: "meta", chunks: []string{"pairs e", "pairs f"}}, into)
	third, err := s.client.Get(ctx, "snapshot/1/0002")
	require.NoError(t, err)
	require.Nil(t, third, "it was the first one's")
	write(t, s)
	_, into = again(t, dir, s)
	require.Equal(t, &filled{meta: "meta"}, into)
}

// What an incident's standing is after each step, if the process is killed there.
func TestStandings(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	steps := []struct {
		name string
		do   func() error
		want map[string]engine.Standing
	}{
		{"an alert is about to be sent", func() error { return s.Save(ctx, []Note{note("a", alert.Open)}) }, map[string]engine.Standing{"a": engine.Opening}},
		{"it was refused, another follows", func() error { return s.Save(ctx, []Note{note("a", alert.Update)}) }, map[string]engine.Standing{"a": engine.Opening}},
		{"both were taken", func() error { return s.Told(ctx, []Note{note("a", alert.Open), note("a", alert.Update)}) }, map[string]engine.Standing{"a": engine.Told}},
		{"an update", func() error { return s.Save(ctx, []Note{note("a", alert.Update), note("b", alert.Open)}) }, map[string]engine.Standing{"a": engine.Updating, "b": engine.Opening}},
		{"they were taken", func() error { return s.Told(ctx, []Note{note("a", alert.Update), note("b", alert.Open)}) }, map[string]engine.Standing{"a": engine.Told, "b": engine.Told}},
		{"one closes", func() error { return s.Save(ctx, []Note{note("a", alert.Closed)}) }, map[string]engine.Standing{"a": engine.Told, "b": engine.Told}},
		{"that was taken", func() error { return s.Told(ctx, []Note{note("a", alert.Closed)}) }, map[string]engine.Standing{"a": engine.Over, "b": engine.Told}},
		{"what is over is not refreshed", func() error {
			return s.Refresh(ctx, func() []Note { return []Note{note("a", ""), note("b", ""), note("c", "")} })
		}, map[string]engine.Standing{"a": engine.Over, "b": engine.Told}},
		{"a snapshot", func() error { return s.Begin().Commit(ctx, nil) }, map[string]engine.Standing{"b": engine.Told}},
	}
	for _, step := range steps {
		require.NoError(t, step.do(), step.name)
		var into *filled
		s, into = again(t, dir, s)
		require.Equal(t, step.want, into.incidents, step.name)
	}
}

// What has not changed is not written again, unless writing failed.
func TestRefreshWritesWhatChanged(t *testing.T) {
	s := opened(t, t.TempDir())
	require.NoError(t, s.Save(ctx, []Note{note("a", alert.Open)}))
	refresh := func() error { return s.Refresh(ctx, func() []Note { return []Note{note("a", "")} }) }
	stored := func() []byte {
		data, err := s.client.Get(ctx, keyIncident+"a")
		require.NoError(t, err)
		return data
	}
	require.NoError(t, refresh())
	require.NoError(t, s.client.Set(ctx, keyIncident+"a", []byte("marked")))
	require.NoError(t, refresh())
	require.Equal(t, "marked", string(stored()))

	works := s.client
	s.client = guarded{panics{}}
	require.Error(t, s.Refresh(ctx, func() []Note { return []Note{{ID: "a", Record: state.Seal(state.Begin(nil, state.Incident, 1))}} }))
	s.client = works
	require.NoError(t, refresh())
	require.NotEqual(t, "marked", string(stored()))
}

// An incident that closes during a snapshot is kept until the next one.
func TestAnIncidentThatClosesDuringASnapshot(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	require.NoError(t, s.Save(ctx, []Note{note("a", alert.Open)}))
	w := s.Begin()
	require.NoError(t, s.Told(ctx, []Note{note("a", alert.Open), note("a", alert.Closed)}))
	require.NoError(t, w.Commit(ctx, nil))
	s, into := again(t, dir, s)
	require.Equal(t, map[string]engine.Standing{"a": engine.Over}, into.incidents)
	write(t, s)
	_, into = again(t, dir, s)
	require.Empty(t, into.incidents)
}

// However many incidents close between snapshots, some are kept at most.
func TestWhatIsOverIsBounded(t *testing.T) {
	s := opened(t, t.TempDir())
	var notes []Note
	for n := range maxOver + 10 {
		notes = append(notes, note(fmt.Sprint(n), alert.Closed))
	}
	require.NoError(t, s.Save(ctx, notes))
	require.NoError(t, s.Told(ctx, notes))
	require.Len(t, s.index, maxOver)
}

// A head that names more chunks than there are is not believed.
func TestAHeadThatNamesTooMuch(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	write(t, s, "a")
	c := state.Writer(state.Begin(nil, state.Head, 1))
	c.Len(math.MaxUint32, 0)
	c.Blob(new([]byte))
	require.NoError(t, s.client.Set(ctx, keyHead, state.Seal(c.Bytes())))
	into := new(filled)
	damages, err := s.Load(ctx, into)
	require.NoError(t, err)
	require.Len(t, damages, maxAside)
	require.ErrorIs(t, damages[0].Err, ErrMissing)
	require.Equal(t, []string{"pairs a"}, into.chunks)
}

// panics is a storage whose file is damaged.
type panics struct{ storage.Client }

func (panics) Batch(context.Context, ...*storage.Operation) error { panic("page 7: invalid type") }
func (panics) Get(context.Context, string) ([]byte, error)        { panic("page 7: invalid type") }
func (panics) Set(context.Context, string, []byte) error          { panic("page 7: invalid type") }
func (panics) Delete(context.Context, string) error               { panic("page 7: invalid type") }
func (panics) Close(context.Context) error                        { panic("page 7: invalid type") }

func (panics) Walk(context.Context, storage.WalkFunc) error { panic("page 7: invalid type") }

func TestAPanicOfTheStorageIsAnError(t *testing.T) {
	s := &Store{client: guarded{panics{}}, index: make(map[string]engine.Standing), sums: make(map[string]uint32)}
	_, err := s.Load(ctx, new(filled))
	require.EqualError(t, err, "the storage panics: page 7: invalid type")
	require.Error(t, s.Save(ctx, []Note{note("a", alert.Open)}))
	require.Error(t, s.Begin().Write(ctx, nil))
	require.Error(t, s.client.Delete(ctx, keyHead))
	require.Error(t, s.Close(ctx))
	_, err = s.client.keys(ctx)
	require.Error(t, err)
}

// FuzzDecode reads a head and an index that may hold anything.
func FuzzDecode(f *testing.F) {
	s := &Store{index: map[string]engine.Standing{"a": engine.Told, "b": engine.Over}}
	chunk, err := state.Open(s.encodeIndex())
	require.NoError(f, err)
	f.Add(chunk.Payload)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, meta, _ := decodeHead(data)
		require.LessOrEqual(t, len(meta), len(data))
		index, _ := decodeIndex(data)
		require.LessOrEqual(t, len(index)*leastEntry, len(data)+leastEntry)
	})
}
