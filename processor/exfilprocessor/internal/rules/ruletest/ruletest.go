// Package ruletest runs one rule in a real engine.
package ruletest

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// Window of the engine, and the time after which an incident closes.
const Window = 10 * time.Minute

// Base is the time of records made by Record.
var Base = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Record is a TCP record between a container and an outside host's port, after
// some time, over the connection from the container's port.
func Record(after time.Duration, port, peer uint16, sent int64) flow.Record {
	at := Base.Add(after).UnixNano()
	return flow.Record{
		Time: at, Start: Base.UnixNano(), End: at,
		Source:      netip.AddrPortFrom(netip.MustParseAddr("172.17.0.2"), port),
		Destination: netip.AddrPortFrom(netip.MustParseAddr("203.0.113.9"), peer),
		Transport:   "tcp", Initiator: flow.InitiatorSource, Bytes: sent,
	}
}

// Settings of the engine that Play runs: it learns nothing free, and any finding
// opens an incident.
func Settings() engine.Settings {
	internal, _ := netset.Parse([]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"})
	return engine.Settings{
		Window: Window, Quiet: Window, Retention: 14 * 24 * time.Hour, Floor: 10 << 20,
		Workloads: 10, Destinations: 1000, Incidents: 5, Internal: internal,
	}
}

// Play returns what the rule finds, and after which record.
func Play(rule engine.Rule, records []flow.Record) (found []engine.Finding, after []int) {
	return PlayWith(Settings(), rule, records)
}

// PlayWith is Play with other settings. Before a record that is far ahead of the
// others it sends one like it that is empty and counts for nothing: the engine
// believes two.
func PlayWith(set engine.Settings, rule engine.Rule, records []flow.Record) (found []engine.Finding, after []int) {
	s := &spy{Rule: rule}
	e := engine.New(set, func() []engine.Rule { return []engine.Rule{s} })
	e.Arrive(Base.AddDate(1, 0, 0))
	src := engine.NewSource(&flow.Resource{Container: "web"})
	latest := int64(0)
	for i := range records {
		if at := records[i].Time; latest > 0 && at > latest+int64(time.Hour) {
			e.Observe(&src, &flow.Record{Time: at, Source: records[i].Source, Destination: records[i].Destination})
		}
		latest = max(latest, records[i].Time)
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

func (s *spy) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	f, ok := s.Rule.Observe(v, r)
	if ok {
		s.found = append(s.found, *f)
	}
	return f, ok
}
