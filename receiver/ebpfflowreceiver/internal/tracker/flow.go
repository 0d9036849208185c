package tracker

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/application"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// onFlow reports what a flow moved. What stays within the container, on a
// loopback address, goes nowhere.
func (t *Tracker) onFlow(f *event.Flow) {
	if c, ok := t.owner(&f.Socket); ok && !f.Remote.Addr().IsLoopback() {
		t.reportFlow(f, c)
	}
	if f.Reason == event.EndOfFlow {
		t.flows.Remove(keyOf(&f.Socket))
	}
	t.Tracked.Store(int64(t.flows.Len()))
}

func (t *Tracker) reportFlow(f *event.Flow, c *container.Container) {
	s := t.state(&f.Socket, f.End, c)
	r := t.record(&f.Socket, f.End, c, s)
	r.Start = r.End - (int64(f.End) - int64(f.Start))
	r.Bytes, r.Packets = int64(f.Delta.Sent), int64(f.Delta.SentPackets)
	r.ReverseBytes, r.ReversePackets = int64(f.Delta.Received), int64(f.Delta.ReceivedPackets)
	r.EndReason = flow.EndReason(f.Reason)
	t.add(c, f.Cgroup, r)
}

// owner finds the socket's container. Where there is none the flow is the
// host's: reported only if that is asked for, else not heard of again.
func (t *Tracker) owner(s *event.Socket) (*container.Container, bool) {
	c, ok := t.Containers.Lookup(s.Cgroup)
	if ok || t.HostProcesses {
		return c, true
	}
	if t.Containers.IsHost(s.Cgroup) {
		// A full table costs time, and nothing else.
		_ = t.Source.Ignore(s.Cgroup)
	} else {
		t.Unresolved.Add(1)
		t.Lost.Add(1)
	}
	return nil, false
}

// state returns what is known of a flow, from its first event on.
func (t *Tracker) state(s *event.Socket, now uint64, c *container.Container) *application.State {
	key := keyOf(s)
	known, ok := t.flows.Get(key)
	if !ok {
		known = &application.State{}
		if t.flows.Add(key, known) {
			t.Evicted.Add(1)
		}
	}
	if known.Known() == "" {
		t.expect(known, s, now, c)
	}
	return known
}

// expect recognises a data channel that was announced. It is asked until something is
// known of the flow: a sweep may tell of the channel before the announcement has been
// read from the ring.
func (t *Tracker) expect(known *application.State, s *event.Socket, now uint64, c *container.Container) {
	switch {
	case s.Protocol == protocolTCP && t.expected.Match(idOf(c), s.Local, s.Remote, now):
		known.Expect(application.FTPData)
	case s.Protocol == protocolUDP && t.requested.Match(idOf(c), s.Local, s.Remote, now):
		known.Expect(application.TFTP)
	}
}

// record describes a flow at a time, with nothing moved.
func (t *Tracker) record(s *event.Socket, now uint64, c *container.Container, known *application.State) *flow.Record {
	at := int64(now) + t.Clock()
	r := &flow.Record{
		Time:        at,
		End:         at,
		Source:      s.Local,
		Destination: s.Remote,
		Transport:   flow.Transport(s.Protocol),
		Initiator:   initiatorOf(s),
		EndReason:   flow.EndActiveTimeout,
		Process:     t.processes.Lookup(s.TGID),
	}
	known.Describe(r)
	if r.Protocol == application.TFTP && t.requested.Match(idOf(c), s.Local, s.Remote, now) {
		// Its server answers a request from another port (RFC 1350 §4): who is heard
		// first there did not begin.
		r.Initiator = flow.InitiatorSource
	}
	if r.Server == "" {
		r.Server = t.names.Lookup(idOf(c), s.Remote.Addr(), now)
	}
	return r
}

const protocolTCP = 6

func idOf(c *container.Container) string {
	if c == nil {
		return ""
	}
	return c.ContainerID
}

// initiatorOf guesses by port only for connections older than the programs.
func initiatorOf(s *event.Socket) flow.Initiator {
	switch s.Initiator {
	case event.Local:
		return flow.InitiatorSource
	case event.Remote:
		return flow.InitiatorDestination
	}
	return flow.GuessInitiator(s.Local.Port(), s.Remote.Port())
}
