package network

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckRefusesEveryAddressButTheLabsOwn(t *testing.T) {
	for _, own := range []string{"203.0.113.10", "198.51.100.10", "2001:db8::10", "10.99.0.10", "::ffff:203.0.113.10"} {
		assert.NoError(t, Check(netip.MustParseAddr(own)), own)
	}
	for _, other := range []string{"203.0.113.11", "127.0.0.1", "8.8.8.8", "::1", "10.99.0.1"} {
		assert.Error(t, Check(netip.MustParseAddr(other)), other)
	}
}

func TestDockersIPv6AddressOfAContainer(t *testing.T) {
	assert.Equal(t, "fd77::242:a4d:2", Bridge6Address(netip.MustParseAddr("10.77.0.2")).String())
}

func TestABoxReachesTheOutsideAndTheInternalServer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	n, err := New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, n.Close()) })
	box, err := n.Box()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, box.Close()) })

	for host, ns := range map[netip.Addr]*Namespace{Outside: n.Outside, Outside2: n.Outside, Internal: n.Internal} {
		at := netip.AddrPortFrom(host, 80).String()
		var l net.Listener
		require.NoError(t, ns.Do(func() (err error) { l, err = net.Listen("tcp", at); return err }))
		require.NoError(t, box.Do(func() error {
			c, err := net.Dial("tcp", at)
			if err == nil {
				err = c.Close()
			}
			return err
		}), at)
		require.NoError(t, l.Close())
	}
	assert.Error(t, box.Do(func() error { _, err := net.Dial("tcp", "192.0.2.1:80"); return err }),
		"nothing else is reachable")
}
