package exfilprocessor

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadatatest"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
)

// Whatever cannot be read is set aside and counted; the rest is used, and detection
// goes on.
func TestWhatCannotBeReadIsSetAside(t *testing.T) {
	tests := map[string]struct {
		key             string // or the beginning of one
		how             func([]byte) []byte
		incident, learn bool // whether they survive
	}{
		"a flipped bit in what was learned": {"snapshot/1/0001", flip, true, false},
		"a truncated chunk":                 {"snapshot/1/0001", half, true, false},
		"a chunk of another snapshot":       {"snapshot/1/0001", of(2), true, false},
		"a truncated head":                  {"head", half, true, false},
		"an empty head":                     {"head", func([]byte) []byte { return []byte{} }, true, false},
		"an older version":                  {"head", version(state.Version - 1), true, false},
		"a newer version":                   {"head", version(state.Version + 1), true, false},
		"an index that is none":             {"incidents", flip, true, true},
		"an index of an older version":      {"incidents", version(0), true, true},
		"an incident":                       {"incident/", flip, false, true},
		"an older incident":                 {"incident/", version(0), false, true},
		"something else":                    {"incident/", func([]byte) []byte { return []byte("something else") }, false, true},
	}
	cfg := learned()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			first := begin(t, t.TempDir(), cfg)
			first.consume(0, upload(scenario.Base))
			opened := last(t, &first.LogsSink)
			require.NoError(t, first.shutdown(context.Background()))
			damaged := spoil(t, first, test.key, test.how)

			second := first.kill(t, cfg)
			setAside(t, second, 1)
			require.Equal(t, test.learn || test.incident, second.engine.DrainState().Destinations.Entries > 0)
			second.consume(time.Minute, more(time.Minute, 30<<20))
			second.idle(15 * time.Minute)
			closed := last(t, &second.LogsSink)
			require.Equal(t, alert.Closed, closed.Status)
			if test.incident {
				require.Equal(t, opened.ID, closed.ID)
				require.NotContains(t, statuses(t, &second.LogsSink), alert.Open)
			}
			require.NoError(t, second.shutdown(context.Background()))
			client := keptBy(t, second.dir)
			aside, err := client.Get(context.Background(), "aside/0")
			require.NoError(t, err)
			require.Equal(t, damaged, aside)
			require.NoError(t, client.Close(context.Background()))
		})
	}
}

func flip(data []byte) []byte { data[len(data)-1] ^= 1; return data }

func half(data []byte) []byte { return data[:len(data)/2] }

func version(v uint16) func([]byte) []byte {
	return func(data []byte) []byte {
		binary.LittleEndian.PutUint16(data[4:], v)
		return data
	}
}

// of makes it a whole chunk of another snapshot.
func of(generation uint64) func([]byte) []byte {
	return func(data []byte) []byte {
		chunk, err := state.Open(data)
		if err != nil {
			panic(err)
		}
		return state.Seal(append(state.Begin(nil, chunk.Kind, generation), chunk.Payload...))
	}
}

// spoil damages the first value whose key begins so, and returns what it is then.
func spoil(t *testing.T, l *life, prefix string, how func([]byte) []byte) (damaged []byte) {
	client := keptBy(t, l.dir)
	require.NoError(t, client.(storage.Walker).Walk(context.Background(), func(key string, value []byte) ([]*storage.Operation, error) {
		if damaged != nil || !strings.HasPrefix(key, prefix) || key == "incidents" && prefix != key {
			return nil, nil
		}
		damaged = how(append([]byte{}, value...))
		return []*storage.Operation{storage.SetOperation(key, damaged)}, nil
	}))
	require.NotNil(t, damaged)
	require.NoError(t, client.Close(context.Background()))
	return damaged
}

// A snapshot that was not finished leaves the one before it as it was.
func TestAKillDuringASnapshot(t *testing.T) {
	cfg := learned()
	first := begin(t, t.TempDir(), cfg)
	first.consume(0, more(0, 1000))
	require.NoError(t, first.snapshot(context.Background()))
	w := first.keeper.store.Begin()
	require.NoError(t, w.Write(context.Background(), []byte("half a chunk")))
	second := first.kill(t, cfg)
	require.Equal(t, 1, second.engine.DrainState().Destinations.Entries)
	setAsideNothing(t, second)
}

func setAsideNothing(t *testing.T, l *life) {
	_, err := l.tel.GetMetric("otelcol_exfil_state_set_aside")
	require.Error(t, err)
}

// A storage that fails does not keep alerts back.
func TestAStorageThatFails(t *testing.T) {
	l := begin(t, t.TempDir(), learned())
	require.NoError(t, l.keeper.store.Close(context.Background()))
	_, err := l.process(context.Background(), upload(scenario.Base))
	require.ErrorIs(t, err, processorhelper.ErrSkipProcessingData)
	require.Error(t, l.snapshot(context.Background()))
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &l.LogsSink))
	metadatatest.AssertEqualExfilStateSaveFailures(t, l.tel, []metricdata.DataPoint[int64]{{Value: 2}}, metricdatatest.IgnoreTimestamp())
}

func TestAStorageThatIsNone(t *testing.T) {
	tests := map[string]struct {
		host extensions
		want string
	}{
		"not there":     {nil, "storage: file_storage: no such extension in service::extensions"},
		"not a storage": {extensions{keptIn: componentOnly{}}, "storage: file_storage: the extension is not a storage"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := fuzzed(t)
			p.cfg.Storage = &keptIn
			err := p.start(context.Background(), test.host)
			var storageErr *StorageError
			require.ErrorAs(t, err, &storageErr)
			require.EqualError(t, err, test.want)
		})
	}
}

type componentOnly struct{ component.Component }

// Two collectors do not write to one storage, nor do two pipelines.
func TestAStorageThatIsBusy(t *testing.T) {
	l := begin(t, t.TempDir(), learned())
	p := fuzzed(t)
	p.cfg.Storage, p.id = &keptIn, l.id
	var storageErr *StorageError
	require.ErrorAs(t, p.start(context.Background(), files(t, l.dir)), &storageErr)
	require.Equal(t, reasonBusy, storageErr.Reason)
}

func TestWithoutAStorage(t *testing.T) {
	p := fuzzed(t)
	require.NoError(t, p.start(context.Background(), componenttest.NewNopHost()))
	require.NoError(t, p.shutdown(context.Background()))
	require.Nil(t, p.keeper)
}
