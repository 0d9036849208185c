package netset

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContains(t *testing.T) {
	set, err := Parse([]string{"192.168.0.0/16", "10.0.0.0/8", "fd00::/8", "203.0.113.7/32", "::/127"})
	require.NoError(t, err)
	for addr, want := range map[string]bool{
		"10.0.0.0": true, "10.255.255.255": true, "9.255.255.255": false, "11.0.0.0": false,
		"192.168.3.4": true, "203.0.113.7": true, "203.0.113.8": false, "255.255.255.255": false,
		"::1": true, "::2": false, "fd12::1": true, "fe00::1": false, "0.0.0.0": false,
	} {
		require.Equal(t, want, set.Contains(netip.MustParseAddr(addr)), addr)
	}
	require.False(t, Set{}.Contains(netip.MustParseAddr("10.0.0.1")))
	require.False(t, set.Contains(netip.Addr{}))
}

func TestParseRefuses(t *testing.T) {
	for want, list := range map[string][]string{
		`[1]: "10.0.0.1" is not a network in CIDR form`:                          {"192.168.0.0/16", "10.0.0.1"},
		`[0]: "10.0.0.1/8" has host bits set; write "10.0.0.0/8"`:                {"10.0.0.1/8"},
		`"10.0.0.0/8" and "10.1.0.0/16" overlap`:                                 {"10.1.0.0/16", "10.0.0.0/8", "192.168.0.0/16"},
		`"10.0.0.0/8" and "10.0.0.0/8" overlap`:                                  {"10.0.0.0/8", "10.0.0.0/8"},
		`[0]: "::ffff:10.0.0.0/104" is an IPv4-mapped network; write it as IPv4`: {"::ffff:10.0.0.0/104"},
	} {
		_, err := Parse(list)
		require.EqualError(t, err, want)
	}
}
