package engine

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

func TestReach(t *testing.T) {
	var c reach
	p := stats.Pace{Bins: 144}
	fill := func(bin uint32, from, to int) {
		for i := from; i < to; i++ {
			g := domainGroup(byDomain, fmt.Sprintf("n%d.example", i))
			c.add(&g, bin, &p)
			c.add(&g, bin, &p)
		}
	}
	fill(10, 0, 20)
	require.InDelta(t, 20, c.count(), 4)
	require.Zero(t, c.usual.Limit(), "no bin is over")
	fill(11, 10, 30)
	require.InDelta(t, 30, c.count(), 5, "the bin before counts too")
	fill(10, 100, 110) // late: it counts where we stand
	require.InDelta(t, 40, c.count(), 6)
	fill(20, 0, 2)
	require.Equal(t, 2, c.count(), "what was long ago does not")
	require.InDelta(t, 23, c.usual.Usual(), 6)
	for bin := range uint32(200) {
		fill(30+bin, 0, 5)
	}
	require.InDelta(t, 5, c.usual.Usual(), 1)
	require.InDelta(t, 15, c.usual.Limit(), 5)
}

// Networks and domains side by side are counted as well as others.
func TestGroupsAreSpread(t *testing.T) {
	for name, group := range map[string]func(i int) Group{
		"networks": func(i int) Group { return networkGroup(netip.AddrFrom4([4]byte{100, byte(i >> 8), byte(i), 1})) },
		"networks6": func(i int) Group {
			return networkGroup(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(i >> 8), byte(i)}))
		},
		"systems": func(i int) Group { return systemGroup(uint32(64_512 + i)) },
		"domains": func(i int) Group { return domainGroup(byDomain, fmt.Sprintf("n%d.example", i)) },
	} {
		var s stats.Spread
		for i := range 200 {
			g := group(i)
			s.Add(g.hash())
		}
		require.InDelta(t, 200, s.Count(), 50, name)
	}
}
