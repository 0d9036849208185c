package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/gopacket/gopacket/layers"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture/filter"
)

// live is a packet socket on one interface, read through a ring that is shared with the
// kernel: one system call for a block of packets.
type live struct {
	name string
	link layers.LinkType
	// loopback shows each packet twice, as sent and as received; the first is left out.
	loopback bool
	ring     ring
	closed   atomic.Bool

	socket sync.Mutex // of fd and wake against Close
	fd     int
	wake   int // an eventfd, written by Close

	reading sync.Mutex // held by Next
	lent    bool       // a frame of the ring is with the caller
}

// OpenLive listens on an interface. It needs CAP_NET_RAW.
func OpenLive(o LiveOptions) (Live, error) {
	if o.Interface == "" || o.Interface == "any" {
		return nil, fmt.Errorf("interface %q: name one interface; their link types may differ", o.Interface)
	}
	port, err := net.InterfaceByName(o.Interface)
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", o.Interface, err)
	}
	// Without a protocol nothing is received before the filter is there and bind names one.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) {
		return nil, fmt.Errorf("interface %q: listening needs CAP_NET_RAW: %w", o.Interface, err)
	}
	if err != nil {
		return nil, fmt.Errorf("interface %q: packet socket: %w", o.Interface, err)
	}
	l := &live{name: o.Interface, fd: fd, wake: -1}
	if err := l.prepare(o, port); err != nil {
		l.free()
		l.closeSocket()
		return nil, fmt.Errorf("interface %q: %w", o.Interface, err)
	}
	return l, nil
}

func (l *live) prepare(o LiveOptions, port *net.Interface) error {
	kind, err := hardware(l.fd, port.Name)
	if err != nil {
		return err
	}
	if l.link, err = linkOf(kind); err != nil {
		return err
	}
	l.loopback = kind == unix.ARPHRD_LOOPBACK
	if err := l.filter(o); err != nil {
		return err
	}
	if err := l.ring.open(l.fd, o.BufferSize); err != nil {
		return err
	}
	if o.Promiscuous {
		m := unix.PacketMreq{Ifindex: int32(port.Index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(l.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("promiscuous: %w", err)
		}
	}
	if l.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	return unix.Bind(l.fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: port.Index})
}

// networkOrder is htons.
func networkOrder(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}

// filter attaches the expression and the snap length, which is what a program returns.
func (l *live) filter(o LiveOptions) error {
	if o.SnapLength < 0 || o.SnapLength > maxFrame {
		return fmt.Errorf("snap_length: %d is not within 0 and %d", o.SnapLength, maxFrame)
	}
	snap := o.SnapLength
	if snap == 0 {
		snap = maxFrame
	}
	raw, err := filter.Assemble(o.Filter, l.link, uint32(snap))
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	program := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		program[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.SetsockoptSockFprog(l.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &f); err != nil {
		return fmt.Errorf("filter: the kernel refuses the program of %d instructions: %w", len(program), err)
	}
	return nil
}

// hardware is the interface's ARPHRD_ number.
func hardware(fd int, name string) (uint16, error) {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request); err != nil {
		return 0, fmt.Errorf("asking for its kind: %w", err)
	}
	return request.Uint16(), nil
}

// linkOf is what frames of such an interface begin with.
func linkOf(hardware uint16) (layers.LinkType, error) {
	switch hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return layers.LinkTypeEthernet, nil
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP, unix.ARPHRD_PPP, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT:
		return layers.LinkTypeRaw, nil // tun, wireguard, ipip
	case unix.ARPHRD_IEEE80211:
		return layers.LinkTypeIEEE802_11, nil
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return layers.LinkTypeIEEE80211Radio, nil
	default:
		return 0, fmt.Errorf("hardware type %d has no known link type", hardware)
	}
}

// Next waits for a packet. An error of the interface, such as ENETDOWN, does not end the
// source: the next call waits again.
func (l *live) Next(f *Frame) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	l.lent = false
	for {
		if l.closed.Load() {
			l.free()
			return os.ErrClosed
		}
		p, ok := l.ring.next()
		if !ok {
			if err := l.poll(); err != nil {
				return err
			}
			continue
		}
		if l.loopback && p.outgoing {
			continue
		}
		*f = Frame{Time: p.time, Link: l.link, Data: p.data, Length: p.length}
		l.lent = true
		return nil
	}
}

// poll waits for a block of packets, or Close.
func (l *live) poll() error {
	ready := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(l.wake), Events: unix.POLLIN}}
	_, err := unix.Poll(ready, -1)
	if errors.Is(err, unix.EINTR) || l.closed.Load() {
		return nil
	}
	if err != nil {
		return fmt.Errorf("interface %q: %w", l.name, err)
	}
	if ready[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0 {
		return nil
	}
	code, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	if err != nil {
		return fmt.Errorf("interface %q: %w", l.name, err)
	}
	return nil
}

// Lost asks the kernel, which begins anew with each answer.
func (l *live) Lost() (uint64, error) {
	l.socket.Lock()
	defer l.socket.Unlock()
	if l.closed.Load() {
		return 0, os.ErrClosed
	}
	s, err := unix.GetsockoptTpacketStatsV3(l.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, fmt.Errorf("interface %q: %w", l.name, err)
	}
	return uint64(s.Drops), nil
}

// Close ends the listening. The frame that was given last stays readable until Next is
// called once more, which then gives the ring's memory back.
func (l *live) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	_, err := unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	l.reading.Lock()
	defer l.reading.Unlock()
	l.closeSocket()
	if !l.lent {
		l.free()
	}
	return err
}

func (l *live) closeSocket() {
	l.socket.Lock()
	defer l.socket.Unlock()
	_ = unix.Close(l.fd)
	if l.wake >= 0 {
		_ = unix.Close(l.wake)
	}
}

func (l *live) free() { l.ring.close() }
