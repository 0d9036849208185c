package exfilprocessor

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadatatest"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// keptIn is the extension that the tests keep state in.
var keptIn = component.MustNewID("file_storage")

// extensions is a host that has some.
type extensions map[component.ID]component.Component

func (e extensions) GetExtensions() map[component.ID]component.Component { return e }

// files is a host with a file storage in a directory.
func files(t testing.TB, dir string) extensions {
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	set := extension.Settings{ID: keptIn, TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	ext, err := factory.Create(context.Background(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	return extensions{keptIn: ext}
}

// life is a processor from its start to its end, in a directory.
type life struct {
	*exfil
	gate
	tel *componenttest.Telemetry
	dir string
}

// begin starts a processor without its goroutines, at the time of its first record.
func begin(t testing.TB, dir string, cfg *Config) *life {
	l := &life{dir: dir, tel: componenttest.NewTelemetry()}
	set := processortest.NewNopSettings(metadata.Type)
	set.ID, set.TelemetrySettings = component.NewID(metadata.Type), l.tel.NewTelemetrySettings()
	copied := *cfg
	copied.Storage = &keptIn
	p, err := newProcessor(set, &copied, &l.gate)
	require.NoError(t, err)
	l.exfil = p
	l.at(0)
	require.NoError(t, p.resume(context.Background(), files(t, dir)))
	t.Cleanup(func() { _ = p.shutdown(context.Background()) })
	return l
}

func (l *life) at(since time.Duration) {
	wall := scenario.Base.Add(since)
	l.now = func() time.Time { return wall }
}

// consume takes records at a time since the beginning.
func (l *life) consume(since time.Duration, ld plog.Logs) {
	l.at(since)
	_, _ = l.process(context.Background(), ld)
}

// idle lets the time come.
func (l *life) idle(since time.Duration) {
	l.at(since)
	l.pass(context.Background())
}

// restart ends it in order.
func (l *life) restart(t testing.TB, cfg *Config) *life {
	require.NoError(t, l.shutdown(context.Background()))
	l.exfil.keeper = nil // the cleanup has nothing left to do
	return begin(t, l.dir, cfg)
}

// kill goes on from what is on disk now, as after kill -9.
func (l *life) kill(t testing.TB, cfg *Config) *life {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(l.dir)))
	return begin(t, dir, cfg)
}

// keptBy opens the storage of a processor that has ended.
func keptBy(t testing.TB, dir string) storage.Client {
	ext := files(t, dir)[keptIn].(storage.Extension)
	client, err := ext.GetClient(context.Background(), component.KindProcessor, component.NewID(metadata.Type), "")
	require.NoError(t, err)
	return client
}

// more is what the upload goes on to send.
func more(since time.Duration, bytes int64) plog.Logs {
	ld := upload(scenario.Base.Add(since))
	lr := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	var r flow.Record
	_ = r.Decode(lr)
	r.Bytes, r.HTTP, r.EndReason = bytes, flow.HTTP{}, flow.EndOfFlow
	lr.Attributes().Clear()
	r.Encode(lr)
	return ld
}

func last(t testing.TB, sink *consumertest.LogsSink) alert.Alert {
	all := alerts(t.(*testing.T), sink)
	require.NotEmpty(t, all)
	return all[len(all)-1]
}

// An incident goes on after a restart, and after a kill that nothing was written
// for: the same one, opened once, with all of its bytes.
func TestAnIncidentOutlivesTheCollector(t *testing.T) {
	cfg := learned()
	ends := map[string]func(*life) *life{
		"restart":      func(l *life) *life { return l.restart(t, cfg) },
		"kill":         func(l *life) *life { return l.kill(t, cfg) },
		"kill, twice":  func(l *life) *life { return l.kill(t, cfg).kill(t, cfg) },
		"other shards": func(l *life) *life { other := *cfg; other.Shards = 4; return l.restart(t, &other) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			first := begin(t, t.TempDir(), cfg)
			first.consume(0, upload(scenario.Base))
			opened := last(t, &first.LogsSink)
			require.Equal(t, alert.Open, opened.Status)

			second := end(first)
			second.idle(time.Minute)
			second.consume(5*time.Minute, more(5*time.Minute, 1<<20))
			require.Empty(t, bodies(t, &second.LogsSink), "nothing is said twice")
			second.consume(6*time.Minute, more(6*time.Minute, 300<<20))
			second.idle(17 * time.Minute)
			require.Equal(t, []alert.Status{alert.Update, alert.Closed}, statuses(t, &second.LogsSink))

			closed := last(t, &second.LogsSink)
			require.Equal(t, opened.ID, closed.ID)
			require.Equal(t, opened.Bytes+301<<20, closed.Bytes)
			require.Equal(t, opened.FirstSeen, closed.FirstSeen)
			require.Contains(t, sentences(closed), sentences(opened)[0])
			require.Equal(t, first.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().AsRaw(),
				second.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().AsRaw())
		})
	}
}

func sentences(a alert.Alert) (all []string) {
	for _, f := range a.Evidence {
		all = append(all, f.Sentence)
	}
	return all
}

// A snapshot has the bytes since the last alert.
func TestASnapshotHasTheBytesOfOpenIncidents(t *testing.T) {
	cfg := learned()
	first := begin(t, t.TempDir(), cfg)
	first.consume(0, upload(scenario.Base))
	first.consume(time.Minute, more(time.Minute, 1<<20))
	require.NoError(t, first.snapshot(context.Background()))
	first.consume(2*time.Minute, more(2*time.Minute, 7))
	second := first.kill(t, cfg)
	second.idle(20 * time.Minute)
	require.Equal(t, last(t, &first.LogsSink).Bytes+1<<20, last(t, &second.LogsSink).Bytes, "seven bytes are lost")
}

// An alert that nobody took is said after the start; one that was taken is not.
func TestAnAlertThatWasNotTakenIsSaidAgain(t *testing.T) {
	cfg := learned()
	first := begin(t, t.TempDir(), cfg)
	first.shut = true
	first.consume(0, upload(scenario.Base))
	second := first.kill(t, cfg)
	second.idle(time.Second)
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &second.LogsSink))
	opened := last(t, &second.LogsSink)
	require.Equal(t, scenario.Base.UnixNano(), opened.Time)

	second.shut = true
	second.consume(time.Minute, more(time.Minute, 300<<20))
	third := second.restart(t, cfg)
	third.idle(2 * time.Minute)
	require.Equal(t, []alert.Status{alert.Update}, statuses(t, &third.LogsSink))
	third.shut = true
	third.idle(20 * time.Minute)
	fourth := third.kill(t, cfg)
	fourth.idle(time.Second)
	fourth.idle(40 * time.Minute)
	require.Equal(t, []alert.Status{alert.Closed}, statuses(t, &fourth.LogsSink))
	closed := last(t, &fourth.LogsSink)
	require.Equal(t, opened.ID, closed.ID)
	require.Equal(t, opened.Bytes+300<<20, closed.Bytes)
}

// What an incident told is not told again by another one, although the snapshot is
// older than its end.
func TestAnIncidentThatIsOverStaysOver(t *testing.T) {
	cfg := learned()
	cfg.QuietPeriod, cfg.Rules.HTTPUpload.Enabled = time.Minute, false
	first := begin(t, t.TempDir(), cfg)
	first.consume(0, more(0, 12<<20))
	require.NoError(t, first.snapshot(context.Background()))
	first.idle(2 * time.Minute)
	require.Equal(t, []alert.Status{alert.Open, alert.Closed}, statuses(t, &first.LogsSink))
	for range 3 { // the second snapshot has what the first record of it left behind
		first = first.kill(t, cfg)
		first.consume(3*time.Minute, more(3*time.Minute, 1000))
		first.idle(10 * time.Minute)
		require.Empty(t, first.AllLogs())
		require.NoError(t, first.snapshot(context.Background()))
	}
	require.Equal(t, []string{"head", "incidents", "snapshot/0/0000", "snapshot/0/0001", "snapshot/1/0000", "snapshot/1/0001"}, keys(t, first))
}

func keys(t *testing.T, l *life) []string {
	require.NoError(t, l.shutdown(context.Background()))
	l.exfil.keeper = nil
	return keysIn(t, l.dir)
}

// keysIn are those in the storage of a processor that has ended.
func keysIn(t *testing.T, dir string) []string {
	client := keptBy(t, dir)
	var all []string
	require.NoError(t, client.(storage.Walker).Walk(context.Background(), func(key string, _ []byte) ([]*storage.Operation, error) {
		all = append(all, key)
		return nil, nil
	}))
	require.NoError(t, client.Close(context.Background()))
	return all
}

func TestADatabaseThatIsNoneIsReplaced(t *testing.T) {
	dir, cfg := t.TempDir(), learned()
	require.NoError(t, begin(t, dir, cfg).restart(t, cfg).shutdown(context.Background()))
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(found[0], []byte("garbage"), 0o600))
	l := begin(t, dir, cfg)
	l.consume(0, upload(scenario.Base))
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &l.LogsSink))
	setAside(t, l, 1)

	l = l.kill(t, cfg)
	l.idle(20 * time.Minute)
	require.Equal(t, []alert.Status{alert.Closed}, statuses(t, &l.LogsSink), "it was kept in the spare one")
	broken, err := os.ReadFile(found[0])
	require.NoError(t, err)
	require.Equal(t, "garbage", string(broken))
}

func setAside(t *testing.T, l *life, n int64) {
	metadatatest.AssertEqualExfilStateSetAside(t, l.tel, []metricdata.DataPoint[int64]{{Value: n}}, metricdatatest.IgnoreTimestamp())
}

// bodies are what alerts say, for a person.
func bodies(t *testing.T, sink *consumertest.LogsSink) (all []string) {
	for _, a := range alerts(t, sink) {
		all = append(all, string(a.Status)+": "+a.Body)
	}
	return all
}
