// Package ruletest runs one rule in a real engine.
package ruletest

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// Window of the engine, and the time after which an incident closes.
const Window = 10 * time.Minute

// Base is the time of records made by Record.
var Base = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Record is a TCP record between a container and an outside host's port, after
// seconds, over the connection from the container's port.
func Record(after time.Duration, port, peer uint16, sent int64) flow.Record {
	at := Base.Add(after).UnixNano()
	return flow.Record{
		Time: at, Start: Base.UnixNano(), End: at,
		Source:      netip.AddrPortFrom(netip.MustParseAddr("172.17.0.2"), port),
		Destination: netip.AddrPortFrom(netip.MustParseAddr("203.0.113.9"), peer),
		Transport:   "tcp", Initiator: flow.InitiatorSource, Bytes: sent,
	}
}

// Play returns what the rule finds, and after which record.
func Play(rule engine.Rule, records []flow.Record) (found []engine.Finding, after []int) {
	s := &spy{Rule: rule}
	e := engine.New(engine.Settings{
		Window: Window, Quiet: Window, Workloads: 10, Destinations: 10, Incidents: 5,
	}, []engine.Rule{s})
	e.Arrive(Base.Add(24 * time.Hour))
	src := engine.NewSource(&flow.Resource{Container: "web"})
	for i := range records {
		before := len(s.found)
		e.Observe(&src, &records[i])
		if len(s.found) > before {
			after = append(after, i)
		}
	}
	return s.found, after
}

// spy keeps what the rule returns.
type spy struct {
	engine.Rule
	found []engine.Finding
}

func (s *spy) Observe(p *engine.Pair, r *flow.Record) (engine.Finding, bool) {
	f, ok := s.Rule.Observe(p, r)
	if ok {
		s.found = append(s.found, f)
	}
	return f, ok
}
