package capture

import (
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// inNamespace runs the test in a network namespace of its own, in which lo is up.
func inNamespace(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	before, err := netns.Get()
	require.NoError(t, err)
	own, err := netns.New()
	if errors.Is(err, unix.EPERM) {
		t.Skip("needs CAP_SYS_ADMIN and CAP_NET_RAW")
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, netns.Set(before))
		_ = own.Close()
		_ = before.Close()
		runtime.UnlockOSThread()
	})
	up(t, "lo")
}

func up(t *testing.T, name string) {
	t.Helper()
	link, err := netlink.LinkByName(name)
	require.NoError(t, err)
	require.NoError(t, netlink.LinkSetUp(link))
}

func listen(t *testing.T, o LiveOptions) Live {
	t.Helper()
	l, err := OpenLive(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// send writes datagrams to a port of lo.
func send(t *testing.T, port int, texts ...string) {
	t.Helper()
	to, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	require.NoError(t, err)
	defer to.Close()
	for _, text := range texts {
		if _, err := to.Write([]byte(text)); err != nil { // that nobody listens to the one before
			_, err = to.Write([]byte(text))
			require.NoError(t, err)
		}
	}
}

func TestLive(t *testing.T) {
	inNamespace(t)
	l := listen(t, LiveOptions{Interface: "lo", Filter: "udp dst port 7777", Promiscuous: true, BufferSize: 2 << 20})
	before := time.Now()
	send(t, 53, "another port")
	send(t, 7777, "one", "two")
	var f Frame
	for _, want := range []string{"one", "two"} { // once each, though lo shows them twice
		require.NoError(t, l.Next(&f))
		require.Equal(t, layers.LinkTypeEthernet, f.Link)
		require.Equal(t, want, string(f.Data[14+20+8:]))
		require.Equal(t, len(f.Data), f.Length)
		require.WithinRange(t, time.Unix(0, f.Time), before.Add(-time.Second), time.Now())
	}
	lost, err := l.Lost()
	require.NoError(t, err)
	require.Zero(t, lost)
}

func TestLiveSnapLength(t *testing.T) {
	inNamespace(t)
	for _, expression := range []string{"", "udp dst port 7777"} {
		l := listen(t, LiveOptions{Interface: "lo", Filter: expression, SnapLength: 50})
		send(t, 7777, long(1000))
		var f Frame
		require.NoError(t, l.Next(&f))
		require.Len(t, f.Data, 50)
		require.Equal(t, 1042, f.Length)
	}
}

func TestLiveTellsOfLoss(t *testing.T) {
	inNamespace(t)
	l := listen(t, LiveOptions{Interface: "lo", Filter: "udp dst port 7777", BufferSize: 1})
	texts := make([]string, 3000)
	for i := range texts {
		texts[i] = long(1000)
	}
	send(t, 7777, texts...) // 3 MB, the ring has 2
	lost, err := l.Lost()
	require.NoError(t, err)
	require.NotZero(t, lost)
	again, err := l.Lost()
	require.NoError(t, err)
	require.Zero(t, again)
	var f Frame
	require.NoError(t, l.Next(&f)) // and what was kept is there
	require.Equal(t, 1042, f.Length)
}

func TestCloseWakesLive(t *testing.T) {
	inNamespace(t)
	l := listen(t, LiveOptions{Interface: "lo"})
	send(t, 7777, "one")
	var f Frame
	require.NoError(t, l.Next(&f))
	ended := make(chan error)
	go func() {
		var f Frame
		for {
			if err := l.Next(&f); err != nil {
				ended <- err
				return
			}
		}
	}()
	require.NoError(t, l.Close())
	require.ErrorIs(t, <-ended, os.ErrClosed)
	require.ErrorIs(t, l.Next(&f), os.ErrClosed)
	_, err := l.Lost()
	require.ErrorIs(t, err, os.ErrClosed)
	require.Nil(t, l.(*live).ring.memory)
}

// TestCloseLeavesTheLastFrame closes while a frame is in use.
func TestCloseLeavesTheLastFrame(t *testing.T) {
	inNamespace(t)
	l := listen(t, LiveOptions{Interface: "lo", Filter: "udp"})
	send(t, 7777, "one")
	var f Frame
	require.NoError(t, l.Next(&f))
	require.NoError(t, l.Close())
	require.Equal(t, "one", string(f.Data[42:]))
	require.ErrorIs(t, l.Next(&f), os.ErrClosed)
	require.Nil(t, l.(*live).ring.memory)
}

// TestLiveTags sends tagged frames over a pair of interfaces: the kernel takes the tag off,
// and it comes back.
func TestLiveTags(t *testing.T) {
	inNamespace(t)
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "a"}, PeerName: "b"}
	require.NoError(t, netlink.LinkAdd(pair))
	up(t, "a")
	up(t, "b")
	tagged := listen(t, LiveOptions{Interface: "b", Filter: "vlan 7", Promiscuous: true})
	everything := listen(t, LiveOptions{Interface: "b", Filter: "udp port 7777 or vlan", Promiscuous: true})

	frame := make([]byte, 60)
	copy(frame, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0x60, 7, 0x88, 0xb5})
	copy(frame[18:], "tagged")
	other := append([]byte(nil), frame...)
	other[15] = 8
	raw := rawSocket(t, "a")
	for _, f := range [][]byte{other, frame} {
		_, err := unix.Write(raw, f)
		require.NoError(t, err)
	}
	var f Frame
	require.NoError(t, tagged.Next(&f))
	require.Equal(t, string(frame), string(f.Data))
	require.Equal(t, len(frame), f.Length)
	require.NoError(t, everything.Next(&f))
	require.Equal(t, string(other), string(f.Data))
	require.NoError(t, everything.Next(&f))
	require.Equal(t, string(frame), string(f.Data))
}

func rawSocket(t *testing.T, name string) int {
	t.Helper()
	port, err := net.InterfaceByName(name)
	require.NoError(t, err)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: port.Index}))
	return fd
}

// TestLiveInterfaceGoes takes the interface down under the reader: an error, and it goes
// on when it is back.
func TestLiveInterfaceGoes(t *testing.T) {
	inNamespace(t)
	l := listen(t, LiveOptions{Interface: "lo", Filter: "udp"})
	lo, err := netlink.LinkByName("lo")
	require.NoError(t, err)
	require.NoError(t, netlink.LinkSetDown(lo))
	var f Frame
	require.ErrorIs(t, l.Next(&f), unix.ENETDOWN)
	up(t, "lo")
	send(t, 7777, "back")
	require.NoError(t, l.Next(&f))
	require.Equal(t, "back", string(f.Data[42:]))
}

func TestLiveRefuses(t *testing.T) {
	for want, o := range map[string]LiveOptions{
		"name one interface":                   {Interface: "any"},
		`interface ""`:                         {},
		`interface "no-such-if": route ip+net`: {Interface: "no-such-if"},
	} {
		_, err := OpenLive(o)
		require.ErrorContains(t, err, want)
	}
	inNamespace(t)
	for want, o := range map[string]LiveOptions{
		`interface "lo": filter: "["`:         {Interface: "lo", Filter: "tcp[13] = 2"},
		"snap_length: -1 is not within":       {Interface: "lo", SnapLength: -1},
		"snap_length: 300000 is not within":   {Interface: "lo", SnapLength: 300000},
		"buffer_size: -1 bytes is not within": {Interface: "lo", BufferSize: -1},
	} {
		_, err := OpenLive(o)
		require.ErrorContains(t, err, want)
	}
}

// TestRawLink listens where packets have no link header.
func TestRawLink(t *testing.T) {
	inNamespace(t)
	require.NoError(t, netlink.LinkAdd(&netlink.Tuntap{
		LinkAttrs: netlink.LinkAttrs{Name: "tun0"}, Mode: netlink.TUNTAP_MODE_TUN,
		Flags: netlink.TUNTAP_NO_PI, NonPersist: true, Queues: 1,
	}))
	up(t, "tun0")
	tun, err := netlink.LinkByName("tun0")
	require.NoError(t, err)
	address, err := netlink.ParseAddr("10.9.9.1/24")
	require.NoError(t, err)
	require.NoError(t, netlink.AddrAdd(tun, address))
	l := listen(t, LiveOptions{Interface: "tun0", Filter: "udp port 7777"})
	to, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(10, 9, 9, 2), Port: 7777})
	require.NoError(t, err)
	defer to.Close()
	_, err = to.Write([]byte("one"))
	require.NoError(t, err)
	var f Frame
	require.NoError(t, l.Next(&f))
	require.Equal(t, layers.LinkTypeRaw, f.Link)
	require.Equal(t, "one", string(f.Data[28:]))
}
