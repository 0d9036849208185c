package wiretap

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// buffer is how many bytes of packets the kernel keeps for us, at most: more
// than one scenario sends.
const buffer = 512 << 20

// socket is one packet socket that hears several links of one namespace.
type socket struct {
	file    *os.File
	data    []byte
	control []byte
	links   map[int32]int // a link's place in the capture, by its index
}

// packet is what arrived: data is valid until the next one.
type packet struct {
	at     time.Time
	link   int // its place in the list that open was given
	length int // on the wire
	data   []byte
}

// open hears links of the calling thread's namespace. Both directions of each
// packet that crosses a link are one packet; nothing is heard before all of
// the filter stands.
func open(links []string, snap int) (*socket, error) {
	s := &socket{data: make([]byte, snap), control: make([]byte, 256), links: make(map[int32]int)}
	for i, name := range links {
		link, err := net.InterfaceByName(name)
		if err != nil {
			return nil, fmt.Errorf("link %s: %w", name, err)
		}
		s.links[int32(link.Index)] = i
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	s.file = os.NewFile(uintptr(fd), "wiretap")
	filter, err := s.filter(snap)
	if err == nil {
		err = errors.Join(
			unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, filter),
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer),
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
			unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1),
			unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL)}),
		)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("packet socket: %w", err), s.file.Close())
	}
	return s, nil
}

// filter passes what crosses one of the links, cut to snap bytes.
func (s *socket) filter(snap int) (*unix.SockFprog, error) {
	program := []bpf.Instruction{bpf.LoadExtension{Num: bpf.ExtInterfaceIndex}}
	left := len(s.links)
	for index := range s.links { // their order says nothing
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(index), SkipTrue: uint8(left)})
		left--
	}
	raw, err := bpf.Assemble(append(program, bpf.RetConstant{Val: 0}, bpf.RetConstant{Val: uint32(snap)}))
	if err != nil {
		return nil, err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}, nil
}

// read waits for a packet until the deadline, where one is set.
func (s *socket) read() (p packet, err error) {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return p, err
	}
	waited := raw.Read(func(fd uintptr) bool {
		p, err = s.receive(int(fd))
		return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
	})
	return p, errors.Join(waited, err)
}

// rest takes a packet that is there already; EAGAIN says that none is.
func (s *socket) rest() (p packet, err error) {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return p, err
	}
	failed := raw.Control(func(fd uintptr) { p, err = s.receive(int(fd)) })
	return p, errors.Join(failed, err)
}

func (s *socket) receive(fd int) (packet, error) {
	n, control, _, from, err := unix.Recvmsg(fd, s.data, s.control, unix.MSG_TRUNC)
	if err != nil {
		return packet{}, err
	}
	p := packet{length: n, data: s.data[:min(n, len(s.data))]}
	if err := p.tell(s.control[:control]); err != nil {
		return packet{}, err
	}
	if link, ok := from.(*unix.SockaddrLinklayer); ok {
		p.link = s.links[int32(link.Ifindex)]
	}
	return p, nil
}

// tell takes over what the kernel says beside a packet: when it saw it, and how
// long it was before the filter cut it.
func (p *packet) tell(control []byte) error {
	messages, err := unix.ParseSocketControlMessage(control)
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS &&
			len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})):
			p.at = time.Unix((*unix.Timespec)(unsafe.Pointer(&m.Data[0])).Unix())
		case m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA &&
			len(m.Data) >= int(unsafe.Sizeof(unix.TpacketAuxdata{})):
			p.length = int((*unix.TpacketAuxdata)(unsafe.Pointer(&m.Data[0])).Len)
		}
	}
	return err
}

// drops is how many packets the kernel could not keep, since the last call.
func (s *socket) drops() (dropped uint32, err error) {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		var stats *unix.TpacketStats
		if stats, err = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			dropped = stats.Drops
		}
	})
	return dropped, errors.Join(failed, err)
}

// networkOrder is n in the byte order of the wire.
func networkOrder(n uint16) uint16 { return n<<8 | n>>8 }
