package engine

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/state"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

var update = flag.Bool("update", false, "write what is saved to testdata")

var sizeRule = alert.Rule{Name: "size", Category: "exfiltration", Version: "1", Family: alert.Volume}

// size finds a record of a thousand bytes: a little, or of a million: enough.
type size struct{ Stateless }

func (size) Describe() *alert.Rule { return &sizeRule }

func (size) Scope() Scope { return Peers }

func (size) Observe(v *View, r *flow.Record) (*Finding, bool) {
	f := &Finding{Action: "sends", Reason: "it is much"}
	f.Rule, f.Techniques, f.Observed, f.Unit = &sizeRule, []string{"T1020"}, float64(r.Bytes), "By"
	f.Sentence = fmt.Sprintf("%d bytes.", r.Bytes)
	switch {
	case r.Bytes >= 1_000_000:
		f.Score = 80
	case r.Bytes >= 1000:
		f.Score = 20
	}
	return f, f.Score > 0 && v.News(f.Observed)
}

var keptBegun = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func keeping(shards int) *Engine {
	return New(Settings{
		Window: 10 * time.Minute, Quiet: 10 * time.Minute, Learning: 24 * time.Hour, Retention: 14 * 24 * time.Hour,
		Floor: 10 << 20, MinScore: 40, Workloads: 100, Destinations: 1000, Incidents: 10, Shards: shards, Kept: true,
	}, func() []Rule { return []Rule{size{}} })
}

// keptSource is the nth workload.
func keptSource(n int) *Source {
	src := NewSource(&flow.Resource{Container: fmt.Sprintf("web-%d", n), Image: "shop/web"})
	return &src
}

func keptRecord(n int, since time.Duration, bytes int64) *flow.Record {
	at := keptBegun.Add(since).UnixNano()
	return &flow.Record{
		Time: at, Start: at - 1e9, End: at, Transport: "tcp", Protocol: "tls", Initiator: flow.InitiatorSource,
		Source:      netip.MustParseAddrPort("10.0.0.5:40000"),
		Destination: netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}), 443),
		Server:      fmt.Sprintf("drop-%d.example", n), Bytes: bytes, Packets: 3, ReverseBytes: 500, ReversePackets: 2,
		EndReason: flow.EndActiveTimeout, Process: flow.Process{PID: 42, Executable: "/usr/bin/curl", CommandLine: "curl -T x"},
		Lost: 1,
	}
}

// lived is an engine with something of everything: six workloads over three days,
// of which one has an incident open and one a suspect.
func lived(shards int) *Engine {
	e := keeping(shards)
	for hour := range 72 {
		since := time.Duration(hour) * time.Hour
		e.Arrive(keptBegun.Add(since))
		for n := range 6 {
			e.Observe(keptSource(n), keptRecord(n, since, int64(100+n)))
		}
		e.Alerts()
	}
	e.Arrive(keptBegun.Add(72 * time.Hour))
	e.Observe(keptSource(1), keptRecord(1, 72*time.Hour, 5000))
	e.Observe(keptSource(2), keptRecord(2, 72*time.Hour, 5_000_000))
	return e
}

// piece is one of a snapshot.
type piece struct {
	kind state.Kind
	data []byte
}

func pieces(e *Engine, most int) (all []piece) {
	s := e.Snapshot()
	for kind, more := s.Kind(); more; kind, more = s.Kind() {
		if data := s.Append(nil, most); len(data) > 0 {
			all = append(all, piece{kind, data})
		}
	}
	return all
}

// restored goes on where e is, in so many shards.
func restored(t testing.TB, e *Engine, shards int) *Engine {
	other := keeping(shards)
	r := other.Restore(keptBegun.Add(73 * time.Hour))
	for _, p := range pieces(e, 1000) {
		require.NoError(t, r.Chunk(p.kind, p.data))
	}
	require.NoError(t, r.Meta(e.AppendMeta(nil)))
	for n := range e.Incidents() {
		_, saved, ok := e.Incident(n)
		require.True(t, ok)
		_, err := r.Incident(saved, Told)
		require.NoError(t, err)
	}
	r.Done()
	return other
}

// What was restored goes on to say what would have been said, in as many shards as
// there are now.
func TestARestoredEngineGoesOn(t *testing.T) {
	for _, shards := range [][2]int{{1, 1}, {1, 4}, {4, 1}, {4, 3}} {
		t.Run(fmt.Sprint(shards), func(t *testing.T) {
			e := lived(shards[0])
			require.Len(t, e.Alerts(), 1)
			other := restored(t, e, shards[1])
			require.Empty(t, other.Alerts())
			before, after := e.DrainState(), other.DrainState()
			require.Equal(t, before.Workloads.Entries, after.Workloads.Entries)
			require.Equal(t, before.Destinations.Entries, after.Destinations.Entries)
			require.Equal(t, before.Aliases.Entries, after.Aliases.Entries)
			require.Equal(t, before.Suspects.Entries, after.Suspects.Entries)
			require.Equal(t, 1, after.Incidents.Entries)
			wanted, got := future(e), future(other)
			if shards != [2]int{1, 1} { // each shard learns of losses when it has a record
				wanted, got = unlost(wanted), unlost(got)
			}
			require.Equal(t, wanted, got)
		})
	}
}

// future is what the same records cause.
func future(e *Engine) []Said {
	var all []Said
	for minute := range 60 {
		since := 72*time.Hour + time.Duration(minute+1)*time.Minute
		e.Arrive(keptBegun.Add(since))
		for n := range 7 {
			r := keptRecord(n, since, int64(200*(n+1)))
			if n == 2 {
				r.Bytes, r.Server = int64(minute)<<20, "" // its address tells the name
			}
			if n == 2 && minute > 30 {
				continue
			}
			e.Observe(keptSource(n), r)
		}
		all = append(all, e.Alerts()...)
	}
	for i := range all {
		all[i].Source, all[i].Saved = nil, nil
	}
	return all
}

func unlost(all []Said) []Said {
	for i := range all {
		all[i].Lost = 0
	}
	return all
}

// Learning does not begin anew: what is usual stays so.
func TestLearningIsRestored(t *testing.T) {
	e := lived(1)
	e.Alerts()
	other := restored(t, e, 1)
	require.Equal(t, e.begun, other.begun)
	require.False(t, other.learning())
	for _, engine := range []*Engine{e, other} {
		w := engine.shards[0].workloads.Get(keptSource(3).key)
		require.Greater(t, w.Value.total.bulk.Bins(), 60)
		p := engine.shards[0].pairs.Get(PairKey{w.Value.Serial, domainGroup(byDomain, "drop-3.example")})
		require.True(t, p.Value.has(customary))
		require.Greater(t, p.Value.bulk.Bins(), 60)
		require.Positive(t, p.Value.bulk.Limit())
	}
}

// A restored clock does not take the time between for silence, nor a long pause for
// a wrong clock; and what was ahead of the wall clock does not stay so.
func TestTheClockIsRestored(t *testing.T) {
	e := lived(1)
	e.Alerts()
	other := restored(t, e, 1)
	other.Pass(keptBegun.Add(73*time.Hour + 9*time.Minute))
	require.Equal(t, 1, other.Incidents())
	other.Arrive(keptBegun.Add(90 * time.Hour))
	other.Observe(keptSource(1), keptRecord(1, 90*time.Hour, 5))
	require.Zero(t, other.counts.Rejected[Future])
	require.Len(t, other.Alerts(), 1)

	late := keeping(1)
	r := late.Restore(keptBegun)
	require.NoError(t, r.Meta(e.AppendMeta(nil)))
	require.Equal(t, keptBegun.Add(5*time.Minute).UnixNano(), late.clock.watermark)
}

func TestLimitsHoldForWhatIsRestored(t *testing.T) {
	e := lived(1)
	e.Alerts()
	_, saved, _ := e.Incident(0)
	other := New(Settings{Window: time.Minute, Workloads: 2, Destinations: 3, Incidents: 1}, func() []Rule { return nil })
	r := other.Restore(keptBegun)
	for _, p := range pieces(e, 1<<20) {
		require.NoError(t, r.Chunk(p.kind, p.data))
	}
	_, err := r.Incident(saved, Told)
	require.NoError(t, err)
	_, err = r.Incident(saved, Told)
	require.Error(t, err)
	r.Done()
	require.Equal(t, 2, other.DrainState().Workloads.Entries)
	require.Equal(t, 3, other.DrainState().Destinations.Entries)
	require.Equal(t, 1, other.Incidents())
}

// The form in which state is kept does not change by accident: what version 1 wrote
// is read, and written again as it was. Who changes the form raises state.Version,
// and runs this test with -update.
func TestTheFormIsThatOfItsVersion(t *testing.T) {
	file := fmt.Sprintf("testdata/state-v%d.golden", state.Version)
	if *update {
		e := lived(1)
		e.Alerts()
		require.NoError(t, os.WriteFile(file, form(e), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	e := keeping(1)
	r := e.Restore(keptBegun.Add(73 * time.Hour))
	for rest := want; len(rest) > 0; {
		var one []byte
		kind, size := rest[0], binary.LittleEndian.Uint32(rest[1:])
		one, rest = rest[5:5+size], rest[5+size:]
		switch kind := state.Kind(kind); kind {
		case state.Head:
			require.NoError(t, r.Meta(one))
		case state.Incident:
			_, err = r.Incident(one, Told)
			require.NoError(t, err)
		default:
			require.NoError(t, r.Chunk(kind, one), kind)
		}
	}
	r.Done()
	require.True(t, bytes.Equal(want, form(e)), "the form of state.Version %d has changed", state.Version)
	require.Equal(t, keptBegun.UnixNano(), e.begun)
	require.EqualValues(t, 434, e.lost)
	w := e.shards[0].workloads.Get(keptSource(2).key)
	require.Equal(t, 1, w.Value.incidents)
	p := e.shards[0].pairs.Get(PairKey{w.Value.Serial, domainGroup(byDomain, "drop-2.example")}).Value
	require.EqualValues(t, keptBegun.Unix(), p.born)
	require.EqualValues(t, 443, p.port)
	require.EqualValues(t, 5_000_000, p.window.sum().Sent)
	require.Equal(t, 3, p.daily.Bins())
}

// form is all that is kept of an engine: kind, length and bytes of each piece.
func form(e *Engine) (all []byte) {
	_, saved, _ := e.Incident(0)
	for _, p := range append(pieces(e, 1<<20), piece{state.Head, e.AppendMeta(nil)}, piece{state.Incident, saved}) {
		all = append(all, byte(p.kind))
		all = binary.LittleEndian.AppendUint32(all, uint32(len(p.data)))
		all = append(all, p.data...)
	}
	return all
}

// A field that is added is either kept, in code.go, or left out on purpose.
func TestEveryFieldIsKept(t *testing.T) {
	tests := []struct {
		of     any
		fields int
	}{
		{window{}, 4}, {Pair{}, 16}, {Workload{}, 12}, {reach{}, 3}, {suspect{}, 10}, {going{}, 3}, {alias{}, 2}, {peerOf{}, 2},
		{alert.Alert{}, 15}, {alert.Finding{}, 11}, {alert.Rule{}, 7}, {alert.Destination{}, 4}, {alert.Process{}, 4},
		{incident.Incident{}, 9},
		{stats.Baseline{}, 7}, {stats.Beats{}, 9}, {stats.Known{}, 1}, {stats.Ledger{}, 2}, {stats.Sizes{}, 1},
	}
	for _, test := range tests {
		kind := reflect.TypeOf(test.of)
		assert.Equal(t, test.fields, kind.NumField(), "%s has other fields: is it still coded, and state.Version raised?", kind)
	}
}

// FuzzRestore reads what is whole, by its checksum, but may hold anything.
func FuzzRestore(f *testing.F) {
	e := lived(1)
	e.Alerts()
	for _, p := range append(pieces(e, 3000), piece{state.Head, e.AppendMeta(nil)}) {
		f.Add(uint8(p.kind), p.data)
	}
	_, saved, _ := e.Incident(0)
	for standing := range uint8(5) {
		f.Add(uint8(state.Incident)+standing, saved)
	}
	workloads := pieces(e, 1<<20)[0]
	f.Fuzz(func(_ *testing.T, kind uint8, data []byte) {
		e := keeping(1)
		r := e.Restore(keptBegun)
		_ = r.Chunk(workloads.kind, workloads.data)
		switch kind := state.Kind(kind); {
		case kind == state.Head:
			_ = r.Meta(data)
		case kind >= state.Incident:
			_, _ = r.Incident(data, Standing(kind-state.Incident))
		default:
			_ = r.Chunk(kind, data)
		}
		r.Done()
		e.Alerts()
		for n := range 3 {
			e.Arrive(keptBegun.Add(time.Hour))
			e.Observe(keptSource(n), keptRecord(n, time.Hour, 2_000_000))
		}
		e.Alerts()
		pieces(e, 1000)
		e.Incident(0)
		e.Pass(keptBegun.Add(1000 * time.Hour))
	})
}
