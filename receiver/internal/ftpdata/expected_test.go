package ftpdata_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/ftpdata"
)

const second = 1e9

func TestMatch(t *testing.T) {
	const server, own = "203.0.113.10", "10.0.0.2"
	for name, c := range map[string]struct {
		data          string
		active        bool
		container     string
		local, remote string
		after         uint64 // seconds
		want          bool
	}{
		"passive":                    {server + ":50000", false, "a", own + ":40000", server + ":50000", 0, true},
		"passive, behind NAT":        {"10.9.9.9:50000", false, "a", own + ":40000", server + ":50000", 0, true},
		"passive, elsewhere":         {"198.51.100.1:50000", false, "a", own + ":40000", "198.51.100.1:50000", 0, true},
		"passive, unspecified":       {"0.0.0.0:50000", false, "a", own + ":40000", "0.0.0.0:50000", 0, false},
		"passive, mapped into IPv6":  {server + ":50000", false, "a", own + ":40000", "[::ffff:" + server + "]:50000", 0, true},
		"active":                     {own + ":41000", true, "a", own + ":41000", server + ":20", 0, true},
		"active, from any port":      {own + ":41000", true, "a", own + ":41000", server + ":61234", 0, true},
		"active, another's":          {own + ":41000", true, "a", own + ":41000", "198.51.100.1:20", 0, false},
		"active is not passive":      {own + ":41000", true, "a", own + ":40000", server + ":41000", 0, false},
		"passive is not active":      {server + ":50000", false, "a", own + ":50000", server + ":20", 0, false},
		"another port":               {server + ":50000", false, "a", own + ":40000", server + ":50001", 0, false},
		"another container":          {server + ":50000", false, "b", own + ":40000", server + ":50000", 0, false},
		"in time":                    {server + ":50000", false, "a", own + ":40000", server + ":50000", 300, true},
		"late":                       {server + ":50000", false, "a", own + ":40000", server + ":50000", 301, false},
		"an announcement of nothing": {"0.0.0.0:0", false, "a", own + ":40000", server + ":50000", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			x := ftpdata.NewExpected[string]()
			x.Announce("a", netip.MustParseAddr(server), netip.MustParseAddrPort(c.data), c.active, 5*second)
			assert.Equal(t, c.want, x.Match(c.container, netip.MustParseAddrPort(c.local), netip.MustParseAddrPort(c.remote), (5+c.after)*second))
		})
	}
}

// EPSV's reply has a port and no address (RFC 2428 3).
func TestNoAddress(t *testing.T) {
	x := ftpdata.NewExpected[string]()
	server := netip.MustParseAddr("2001:db8::21")
	x.Announce("a", server, netip.AddrPortFrom(netip.Addr{}, 50000), false, 0)
	assert.True(t, x.Match("a", netip.MustParseAddrPort("[2001:db8::2]:40000"), netip.AddrPortFrom(server, 50000), 1))
}

func TestLimit(t *testing.T) {
	x := ftpdata.NewExpected[string]()
	server := netip.MustParseAddr("203.0.113.10")
	for port := range uint16(4097) {
		x.Announce("a", server, netip.AddrPortFrom(netip.Addr{}, 1000+port), false, 0)
	}
	own := netip.MustParseAddrPort("10.0.0.2:40000")
	assert.False(t, x.Match("a", own, netip.AddrPortFrom(server, 1000), 1), "the oldest goes")
	assert.True(t, x.Match("a", own, netip.AddrPortFrom(server, 5096), 1))
}
