package exfilprocessor

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/metadata"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/scenario"
)

// usualBytes is above bulk_upload's floor.
const usualBytes = 30 << 20

// school teaches a processor for two days, of which the first is its learning period,
// that half an hour's usual volume is above the floor.
func school(t *testing.T, cfg *Config) *life {
	l := begin(t, t.TempDir(), cfg)
	for half := range 96 {
		since := time.Duration(half) * 30 * time.Minute
		l.consume(since, more(since, usualBytes))
	}
	require.Empty(t, l.AllLogs())
	return l
}

// A volume that was usual is usual after a kill, and one that was not is not; without
// what was learned both would be alerts.
func TestWhatIsUsualOutlivesTheCollector(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	first := school(t, cfg)
	require.NoError(t, first.snapshot(context.Background()))

	second := first.kill(t, cfg)
	second.consume(48*time.Hour, more(48*time.Hour, usualBytes))
	require.Empty(t, second.AllLogs())
	second.consume(49*time.Hour, more(49*time.Hour, 200*usualBytes))
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &second.LogsSink))

	fresh := begin(t, t.TempDir(), learned())
	fresh.consume(48*time.Hour, more(48*time.Hour, usualBytes))
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &fresh.LogsSink))
}

// The learning period goes on where it was: a kill a minute before its end does not
// make another day of it.
func TestTheLearningPeriodDoesNotBeginAnew(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	l := begin(t, t.TempDir(), cfg)
	for hour := range 24 {
		since := time.Duration(hour) * time.Hour
		l.consume(since, more(since, 1000))
		require.NoError(t, l.snapshot(context.Background()))
	}
	l = l.kill(t, cfg)
	l.consume(24*time.Hour, more(24*time.Hour, 1000))
	l.consume(24*time.Hour+time.Minute, more(24*time.Hour+time.Minute, 900<<20))
	require.Equal(t, []alert.Status{alert.Open}, statuses(t, &l.LogsSink))

	fresh := begin(t, t.TempDir(), cfg)
	fresh.consume(24*time.Hour+time.Minute, more(24*time.Hour+time.Minute, 900<<20))
	require.Empty(t, fresh.AllLogs())
}

// Findings that are not enough are not forgotten.
func TestLatentFindingsOutliveTheCollector(t *testing.T) {
	cfg := learned()
	cfg.MinScore = 99
	first := begin(t, t.TempDir(), cfg)
	first.consume(0, more(0, 12<<20))
	require.Equal(t, 1, first.engine.DrainState().Suspects.Entries)
	require.NoError(t, first.snapshot(context.Background()))
	second := first.kill(t, cfg)
	require.Equal(t, 1, second.engine.DrainState().Suspects.Entries)
	second.consume(time.Minute, more(time.Minute, 1000))
	require.Empty(t, second.AllLogs())
	require.Equal(t, 1, second.engine.DrainState().Suspects.Entries)
}

// Records, passes and snapshots come at once.
func TestSnapshotsWhileRecordsCome(t *testing.T) {
	cfg := learned()
	l := begin(t, t.TempDir(), cfg)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range 50 {
				_, _ = l.process(context.Background(), upload(scenario.Base))
				l.pass(context.Background())
			}
		})
	}
	all.Go(func() {
		for range 20 {
			l.keeper.report(context.Background(), l.snapshot(context.Background()))
		}
	})
	all.Wait()
	require.Equal(t, alert.Open, statuses(t, &l.LogsSink)[0])
	require.False(t, l.keeper.failing.Load())
	l = l.kill(t, cfg)
	require.Equal(t, 1, l.engine.Incidents())
	l.idle(time.Second)
	require.Empty(t, l.AllLogs())
}

// A snapshot is written once an interval, and at the end; an open incident every ten
// seconds.
func TestSnapshotsAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, sink, dir := learned(), new(consumertest.LogsSink), t.TempDir()
		cfg.Storage = &keptIn
		set := processortest.NewNopSettings(metadata.Type)
		set.ID = component.NewID(metadata.Type)
		p, err := NewFactory().CreateLogs(t.Context(), set, cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), files(t, dir)))
		require.NoError(t, p.ConsumeLogs(t.Context(), upload(time.Now())))

		opened := incidentIn(t, dir)
		require.NoError(t, p.ConsumeLogs(t.Context(), more(time.Since(scenario.Base), 1000)))
		require.Equal(t, opened, incidentIn(t, dir))
		<-time.After(openInterval + time.Second)
		synctest.Wait()
		require.NotEqual(t, opened, incidentIn(t, dir))

		<-time.After(cfg.SnapshotInterval + time.Second) // the bubble's clock
		synctest.Wait()
		require.NoError(t, p.Shutdown(t.Context()))
		require.Contains(t, keysIn(t, dir), "snapshot/1/0000", "the interval's")
		require.Contains(t, keysIn(t, dir), "snapshot/0/0000", "the end's")
	})
}

// incidentIn is the only incident in the storage of a processor that runs.
func incidentIn(t *testing.T, dir string) (record []byte) {
	now := t.TempDir()
	require.NoError(t, os.CopyFS(now, os.DirFS(dir)))
	client := keptBy(t, now)
	require.NoError(t, client.(storage.Walker).Walk(context.Background(), func(key string, value []byte) ([]*storage.Operation, error) {
		if strings.HasPrefix(key, "incident/") {
			record = append([]byte(nil), value...)
		}
		return nil, nil
	}))
	require.NoError(t, client.Close(context.Background()))
	require.NotEmpty(t, record)
	return record
}
