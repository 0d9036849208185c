package tracker_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/eventtest"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/tracker"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

const (
	boot   = 1_700_000_000e9 // ns since the epoch
	victim = 7               // cgroups
	other  = 8
	system = 9
)

// scene is a host with two containers; tests change it before they run it.
type scene struct {
	tracker.Options
	source     *eventtest.Source
	containers *eventtest.Containers
	tracker    *tracker.Tracker
	refuse     func(batch int) bool

	batches []int // records
	records []observed
	at      []time.Time // when each record came
}

type observed struct {
	flow.Record
	flow.Resource
}

func newScene(t testing.TB) *scene {
	s := &scene{source: eventtest.NewSource(), containers: eventtest.NewContainers()}
	s.containers.Put(victim, named(victim))
	s.containers.Put(other, named(other))
	s.containers.PutHost(system)
	s.Options = tracker.Options{
		Source:     s.source,
		Containers: s.containers,
		Emit:       func(_ context.Context, logs plog.Logs, n int) error { return s.take(t, logs, n) },
		Clock:      func() int64 { return boot },
		Now:        time.Now,
		Proc:       t.TempDir(),
		Host:       "host",
		HostID:     "host-id",
		MaxFlows:   100,
	}
	return s
}

func named(cgroup int) container.Container {
	return container.Container{
		ID:      container.ID{ContainerID: idOf(cgroup), Runtime: "docker"},
		Names:   container.Names{Name: "name-" + idOf(cgroup)[:1], Image: "image"},
		Settled: true,
	}
}

func idOf(cgroup int) string { return strings.Repeat(string(rune('0'+cgroup)), 64) }

// begin makes the tracker, for tests that run it themselves.
func (s *scene) begin(t testing.TB) *scene {
	made, err := tracker.New(s.Options)
	require.NoError(t, err)
	s.tracker = made
	return s
}

// run tells the events and returns the records.
func (s *scene) run(t testing.TB, events ...event.Event) []observed {
	t.Helper()
	if s.tracker == nil {
		s.begin(t)
	}
	go func() {
		s.source.Send(events...)
		_ = s.source.End()
	}()
	require.NoError(t, s.tracker.Run(context.Background()))
	return s.records
}

func (s *scene) take(t testing.TB, logs plog.Logs, n int) error {
	s.batches = append(s.batches, n)
	require.Equal(t, n, logs.LogRecordCount())
	if s.refuse != nil && s.refuse(len(s.batches)) {
		return errors.New("no")
	}
	for _, rl := range logs.ResourceLogs().All() {
		var resource flow.Resource
		resource.Decode(rl.Resource())
		for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
			o := observed{Resource: resource}
			require.NoError(t, o.Record.Decode(lr))
			require.Zero(t, o.Ignored)
			s.records = append(s.records, o)
			s.at = append(s.at, s.Now())
		}
	}
	return nil
}

func end(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// socket is a TCP connection that the victim opened.
func socket(cookie uint64, remote string) event.Socket {
	return event.Socket{Cookie: cookie, Cgroup: victim, Local: end("10.0.0.2:40000"), Remote: end(remote),
		Protocol: 6, Initiator: event.Local}
}

func datagrams(cookie uint64, remote string) event.Socket {
	s := socket(cookie, remote)
	s.Protocol = 17
	return s
}

func says(s event.Socket, payload string) event.Event {
	return event.Event{Kind: event.KindSample, Sample: event.Sample{
		Socket: s, Time: 2e9, Egress: true, Size: uint32(len(payload)), Payload: []byte(payload)}}
}

func hears(s event.Socket, payload string) event.Event {
	e := says(s, payload)
	e.Sample.Egress = false
	return e
}

// moved is an interval report of 1 s to 3 s after boot.
func moved(s event.Socket, sent uint64) event.Event {
	return event.Event{Kind: event.KindFlow, Flow: event.Flow{Socket: s, Reason: event.ActiveTimeout, Start: 1e9, End: 3e9,
		Delta: event.Counters{Sent: sent, SentPackets: 1}}}
}

func ended(s event.Socket, sent uint64) event.Event {
	e := moved(s, sent)
	e.Flow.Reason = event.EndOfFlow
	return e
}
