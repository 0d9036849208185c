package tracker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/tracker"
)

func TestMaxFlows(t *testing.T) {
	s := newScene(t)
	s.MaxFlows = 3
	var events []event.Event
	for i := range 5 {
		events = append(events, says(socket(uint64(i), "203.0.113.10:80"), get))
	}
	for i := range 5 {
		events = append(events, moved(socket(uint64(4-i), "203.0.113.10:80"), 1000))
	}
	records := s.run(t, events...)
	require.Len(t, records, 5, "bytes are always reported")
	protocols := ""
	for _, r := range records {
		assert.EqualValues(t, 1000, r.Bytes)
		protocols += r.Protocol + " "
	}
	assert.Equal(t, "http http http   ", protocols, "the longest unused are forgotten")
	assert.EqualValues(t, 4, s.tracker.Evicted.Load())
	assert.EqualValues(t, 3, s.tracker.Tracked.Load())
}

func TestMaxFlowsMustBePositive(t *testing.T) {
	_, err := tracker.New(tracker.Options{})
	assert.ErrorContains(t, err, "max_flows 0")
}

func TestEndedFlowsAreForgotten(t *testing.T) {
	s := newScene(t)
	web := socket(1, "203.0.113.10:80")
	records := s.run(t, says(web, get), ended(web, 1), moved(web, 1))
	require.Len(t, records, 2)
	assert.Equal(t, "http", records[0].Protocol)
	assert.Empty(t, records[1].Protocol, "another connection of the same socket")
	assert.Zero(t, s.tracker.Evicted.Load())
}

// A datagram socket has a flow with each of its peers.
func TestPeersAreFlows(t *testing.T) {
	s := newScene(t)
	a, b := datagrams(1, "198.51.100.53:53"), datagrams(1, "203.0.113.9:9999")
	records := s.run(t, says(a, packed(t, question("one.example."))), moved(a, 1), moved(b, 1))
	require.Len(t, records, 3)
	assert.Equal(t, "dns", records[1].Protocol)
	assert.Empty(t, records[2].Protocol)
	assert.EqualValues(t, 2, s.tracker.Tracked.Load())
}

func TestBatches(t *testing.T) {
	s := newScene(t)
	events := make([]event.Event, 2500)
	for i := range events {
		events[i] = moved(socket(1, "203.0.113.10:80"), uint64(i))
	}
	s.source.Send(events[:900]...)
	records := s.run(t, events[900:]...)
	require.Len(t, records, len(events))
	for i, r := range records {
		require.EqualValues(t, i, r.Bytes, "in order")
	}
	for _, n := range s.batches {
		assert.LessOrEqual(t, n, 1024)
	}
}

func TestOneResourceForAContainer(t *testing.T) {
	s := newScene(t)
	web := socket(1, "203.0.113.10:80")
	s.source.Send(moved(web, 1), moved(in(other, web), 2), moved(web, 3))
	records := s.run(t)
	require.Len(t, records, 3)
	assert.Equal(t, []int{3}, s.batches)
	assert.Equal(t, []int64{1, 3, 2}, []int64{records[0].Bytes, records[1].Bytes, records[2].Bytes}, "grouped")
}

// What was gathered is not lost with the source.
func TestSourceFails(t *testing.T) {
	s := newScene(t).begin(t)
	s.source.Send(moved(socket(1, "203.0.113.10:80"), 1))
	broken := errors.New("broken")
	s.source.Fail(broken)
	assert.ErrorIs(t, s.tracker.Run(context.Background()), broken)
	assert.Len(t, s.records, 1)
}

// Each container hears once of what was lost, whosever it was.
func TestLossesAreCarriedOnce(t *testing.T) {
	s := newScene(t).begin(t)
	s.tracker.NoteLosses(event.Losses{Flows: 1, Bytes: 1 << 20, Samples: 2, Events: 3, Sockets: 4, Peers: 5})
	mine, theirs := moved(socket(1, "203.0.113.10:80"), 1), moved(in(other, socket(2, "203.0.113.10:80")), 1)
	s.source.Send(mine, mine, theirs)
	s.run(t)
	assert.Equal(t, "7:15 7:0 8:15", s.lost())

	s.again(t, event.Losses{Flows: 1, Bytes: 1 << 20, Samples: 3, Events: 3, Sockets: 4, Peers: 5}, mine)
	s.again(t, event.Losses{Flows: 2, Bytes: 1 << 20, Samples: 3, Events: 3, Sockets: 4, Peers: 5}, theirs, mine)
	assert.Equal(t, "7:15 7:0 8:15 7:1 8:2 7:1", s.lost())
}

// What the next component refuses is lost; what it carried is told again.
func TestRefusedRecordsAreLost(t *testing.T) {
	s := newScene(t).begin(t)
	s.refuse = func(batch int) bool { return batch == 1 }
	s.tracker.NoteLosses(event.Losses{Samples: 10})
	mine := moved(socket(1, "203.0.113.10:80"), 1)
	s.source.Send(mine, mine)
	s.run(t)
	assert.EqualValues(t, 2, s.tracker.Refused.Load())
	assert.Empty(t, s.records)

	s.again(t, event.Losses{Samples: 10}, mine)
	s.again(t, event.Losses{Samples: 10}, mine)
	assert.Equal(t, "7:12 7:0", s.lost())
}

// again has the same tracker read on, from a new source.
func (s *scene) again(t *testing.T, l event.Losses, events ...event.Event) {
	s.tracker.NoteLosses(l)
	fresh := newScene(t)
	s.source, s.tracker.Source = fresh.source, fresh.source
	s.source.Send(events...)
	s.run(t)
}

func (s *scene) lost() (all string) {
	for i, r := range s.records {
		if i > 0 {
			all += " "
		}
		all += fmt.Sprintf("%c:%d", r.ContainerID[0], r.Lost)
	}
	return all
}
