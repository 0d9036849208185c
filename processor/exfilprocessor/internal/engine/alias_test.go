package engine

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
)

// aliasSettings are of an engine that knows two autonomous systems.
func aliasSettings() Settings {
	return Settings{
		Window: 10 * time.Minute, Quiet: 10 * time.Minute, Retention: 24 * time.Hour,
		Workloads: 10, Destinations: 400, Incidents: 5, Internal: netset.Set{},
		System: func(addr netip.Addr) uint32 {
			if addr.Is4() && addr.As4()[0] == 151 {
				return 64_500
			}
			return 0
		},
	}
}

// sends is a record of a workload to a peer, which it names or does not.
type sends struct {
	second int64
	addr   string
	name   string
	more   bool // of the connection comes
}

func (s sends) record() flow.Record {
	r := flow.Record{
		Time: 1e18 + s.second*1e9, Bytes: 1000, Initiator: flow.InitiatorSource, Server: s.name,
		Source:      netip.MustParseAddrPort("172.17.0.2:4000"),
		Destination: netip.AddrPortFrom(netip.MustParseAddr(s.addr), 443),
		EndReason:   flow.EndOfFlow,
	}
	if s.more {
		r.EndReason = flow.EndActiveTimeout
	}
	return r
}

// destinations is what an engine makes of the records: bytes by group.
func destinations(t *testing.T, set Settings, records []sends) map[Group]int64 {
	e := New(set, func() []Rule { return nil })
	e.Arrive(time.Unix(0, 2e18))
	src := NewSource(&flow.Resource{Container: "web"})
	for _, s := range records {
		r := s.record()
		e.Observe(&src, &r)
	}
	sums := make(map[Group]int64)
	s := e.shards[0]
	for _, group := range []Group{
		domainGroup(byDomain, "drop.example"), domainGroup(byDomain, "other.example"), domainGroup(byDomain, "co.uk"),
		networkGroup(netip.MustParseAddr("203.0.113.0")), networkGroup(netip.MustParseAddr("203.0.114.0")), systemGroup(64_500),
	} {
		if p := s.pairs.Get(PairKey{Workload: 1, Group: group}); p != nil {
			sums[group] = p.Value.window.sum().Sent
		}
	}
	require.Len(t, sums, s.pairs.Len(), "other groups")
	return sums
}

func TestDestinations(t *testing.T) {
	drop, other := domainGroup(byDomain, "drop.example"), domainGroup(byDomain, "other.example")
	network, next, system := networkGroup(netip.MustParseAddr("203.0.113.0")), networkGroup(netip.MustParseAddr("203.0.114.0")), systemGroup(64_500)
	const a, b, c, far, away = "203.0.113.9", "203.0.113.10", "203.0.114.9", "151.1.0.9", "151.200.0.9"
	for name, test := range map[string]struct {
		records []sends
		want    map[Group]int64
	}{
		"names of one domain":         {[]sends{{0, a, "x.drop.example", false}, {1, c, "y.DROP.example", false}}, map[Group]int64{drop: 2000}},
		"two domains at one address":  {[]sends{{0, a, "drop.example", false}, {1, a, "other.example", false}}, map[Group]int64{drop: 1000, other: 1000}},
		"one network":                 {[]sends{{0, a, "", false}, {1, b, "", false}}, map[Group]int64{network: 2000}},
		"two networks":                {[]sends{{0, a, "", false}, {1, c, "", false}}, map[Group]int64{network: 1000, next: 1000}},
		"one system":                  {[]sends{{0, far, "", false}, {1, away, "", false}}, map[Group]int64{system: 2000}},
		"a name that is an address":   {[]sends{{0, a, a, false}, {1, b, "[::1]", false}}, map[Group]int64{network: 2000}},
		"a public suffix":             {[]sends{{0, a, "co.uk", false}}, map[Group]int64{domainGroup(byDomain, "co.uk"): 1000}},
		"the name comes later":        {[]sends{{0, a, "", true}, {1, a, "drop.example", false}}, map[Group]int64{drop: 2000}},
		"the name comes much later":   {[]sends{{0, a, "", true}, {400, a, "drop.example", false}}, map[Group]int64{network: 1000, drop: 1000}},
		"the name of a neighbour":     {[]sends{{0, a, "", true}, {1, b, "drop.example", false}}, map[Group]int64{network: 1000, drop: 1000}},
		"the name comes first":        {[]sends{{0, a, "drop.example", true}, {1, a, "", true}, {2, b, "", true}}, map[Group]int64{drop: 2000, network: 1000}},
		"not of one that is over":     {[]sends{{0, a, "drop.example", false}, {1, a, "", false}}, map[Group]int64{drop: 1000, network: 1000}},
		"later, of a system":          {[]sends{{0, far, "", true}, {1, far, "drop.example", true}, {2, away, "", true}}, map[Group]int64{drop: 2000, system: 1000}},
		"the name is known long":      {[]sends{{0, a, "drop.example", true}, {300, a, "", true}, {440, a, "", false}}, map[Group]int64{drop: 3000}},
		"the name it had last":        {[]sends{{0, a, "drop.example", true}, {1, a, "other.example", true}, {2, a, "", true}}, map[Group]int64{drop: 1000, other: 2000}},
		"later, to one that is known": {[]sends{{0, c, "drop.example", true}, {1, a, "", true}, {2, a, "drop.example", true}}, map[Group]int64{drop: 2000, network: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, destinations(t, aliasSettings(), test.records))
		})
	}
}

// A name that is not met again for an hour is forgotten.
func TestAliasesAreForgotten(t *testing.T) {
	set := aliasSettings()
	set.Window = 12 * time.Hour
	records := []sends{{0, "203.0.113.9", "drop.example", true}}
	for second := int64(1800); second < 4000; second += 1800 {
		records = append(records, sends{second, "198.51.100.9", "other.example", true})
	}
	records = append(records, sends{4000, "203.0.113.9", "", true})
	require.Equal(t, map[Group]int64{
		domainGroup(byDomain, "drop.example"):            1000,
		domainGroup(byDomain, "other.example"):           2000,
		networkGroup(netip.MustParseAddr("203.0.113.0")): 1000,
	}, destinations(t, set, records))
}

// There is room for some names; past it one gives way to another.
func TestAliasesAreBounded(t *testing.T) {
	set := aliasSettings()
	set.Destinations = 8
	e := New(set, func() []Rule { return nil })
	e.Arrive(time.Unix(0, 2e18))
	src := NewSource(&flow.Resource{Container: "web"})
	for i := range 100 {
		r := sends{int64(i), "203.0.113.9", "drop.example", true}.record()
		r.Destination = netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(i), 9}), 443)
		e.Observe(&src, &r)
	}
	state := e.DrainState().Aliases
	require.Equal(t, 2, state.Entries)
	require.EqualValues(t, 98, state.Evicted)
}
