package tracker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

func nameless(cgroup int) container.Container {
	return container.Container{ID: container.ID{ContainerID: idOf(cgroup)}}
}

// start runs the tracker until the returned function ends it.
func (s *scene) start(t *testing.T) (stop func()) {
	s.begin(t)
	done := make(chan error, 1)
	go func() { done <- s.tracker.Run(context.Background()) }()
	return func() {
		require.NoError(t, s.source.End())
		require.NoError(t, <-done)
	}
}

func TestRecordsWaitForTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.containers.Put(victim, nameless(victim))
		begin := time.Now()
		stop := s.start(t)
		s.source.Send(moved(socket(1, "203.0.113.10:80"), 1), moved(socket(1, "203.0.113.10:80"), 2))
		time.AfterFunc(95*time.Millisecond, func() { s.containers.Put(victim, named(victim)) })
		time.AfterFunc(98*time.Millisecond, func() { s.source.Send(moved(socket(1, "203.0.113.10:80"), 3)) })
		<-time.After(300 * time.Millisecond)
		stop()
		require.Len(t, s.records, 3)
		for i, r := range s.records {
			assert.EqualValues(t, i+1, r.Bytes, "in order")
			assert.Equal(t, "name-7", r.Container)
		}
		assert.LessOrEqual(t, s.at[2].Sub(begin), 110*time.Millisecond)
		assert.GreaterOrEqual(t, s.at[0].Sub(begin), 95*time.Millisecond)
	})
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.containers.Put(victim, nameless(victim))
		begin := time.Now()
		stop := s.start(t)
		s.source.Send(moved(socket(1, "203.0.113.10:80"), 1), moved(in(other, socket(2, "203.0.113.10:80")), 2))
		<-time.After(2 * time.Second)
		stop()
		require.Len(t, s.records, 2)
		assert.Equal(t, idOf(other), s.records[0].ContainerID, "others do not wait")
		assert.Zero(t, s.at[0].Sub(begin))
		assert.Equal(t, idOf(victim), s.records[1].ContainerID)
		waited := s.at[1].Sub(begin)
		assert.Greater(t, waited, 490*time.Millisecond)
		assert.LessOrEqual(t, waited, 520*time.Millisecond)
	})
}

// The name of a container may arrive while its records are gone through.
func TestNameInTheMiddle(t *testing.T) {
	s := newScene(t)
	s.Now = func() time.Time { return time.Unix(0, 0) }
	s.containers.Put(victim, nameless(victim))
	web := socket(1, "203.0.113.10:80")
	events := []event.Event{moved(web, 1), moved(web, 2), moved(web, 3)}
	lookups := 0
	s.containers.OnLookup = func(uint64) {
		lookups++
		if lookups == len(events)+2 { // the first of those that wait has been asked for
			s.containers.Put(victim, named(victim))
		}
	}
	s.source.Send(events...)
	records := s.run(t)
	require.Len(t, records, 3)
	for i, r := range records {
		assert.EqualValues(t, i+1, r.Bytes)
	}
}

func TestEndDoesNotWait(t *testing.T) {
	s := newScene(t)
	s.Now = func() time.Time { return time.Unix(0, 0) } // a clock that stands still
	s.containers.Put(victim, nameless(victim))
	records := s.run(t, moved(socket(1, "203.0.113.10:80"), 1))
	require.Len(t, records, 1)
	assert.Empty(t, records[0].Container)
}

// No more wait than there is room for.
func TestTooManyWait(t *testing.T) {
	s := newScene(t)
	s.Now = func() time.Time { return time.Unix(0, 0) }
	s.containers.Put(victim, nameless(victim))
	events := make([]event.Event, 9000)
	for i := range events {
		events[i] = moved(socket(1, "203.0.113.10:80"), uint64(i))
	}
	assert.Len(t, s.run(t, events...), len(events))
}
