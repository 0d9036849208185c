//go:build linux

package kerneltest

import (
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// reuse hides what it serves behind what its socket did before: it sends twice
// the bytes to a loopback address, disconnects, and listens with the same socket
// for an outside peer.
func reuse(bytes int64) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return Sent{}, err
	}
	if err := spend(fd, 2*bytes); err != nil {
		return Sent{}, err
	}
	return serveAgain(fd, bytes)
}

// spend sends to a sink on a loopback address and disconnects (connect(2),
// AF_UNSPEC).
func spend(fd int, bytes int64) error {
	l, port, wg, err := sink("127.0.0.1")
	if err != nil {
		return err
	}
	to := &unix.SockaddrInet4{Port: int(port), Addr: [4]byte{127, 0, 0, 1}}
	if err := unix.Connect(fd, to); err != nil {
		return err
	}
	for left, buffer := bytes, make([]byte, 1<<16); left > 0; {
		n, err := unix.Write(fd, buffer[:min(left, int64(len(buffer)))])
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	if err := unix.Shutdown(fd, unix.SHUT_WR); err != nil {
		return err
	}
	if _, err := unix.Read(fd, make([]byte, 1)); err != nil { // until the sink has all of it
		return err
	}
	_ = l.Close()
	wg.Wait()
	var unspecified unix.RawSockaddr
	return disconnect(fd, &unspecified)
}

func serveAgain(fd int, bytes int64) (Sent, error) {
	inside := [4]byte(net.ParseIP(Inside).To4())
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: 4444, Addr: inside}); err != nil {
		return Sent{}, err
	}
	if err := unix.Listen(fd, 1); err != nil {
		return Sent{}, err
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(Outside)}}
	peer, err := dialer.Dial("tcp", Inside+":4444")
	if err != nil {
		return Sent{}, err
	}
	accepted, _, err := unix.Accept(fd)
	if err != nil {
		return Sent{}, err
	}
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(io.Discard, peer) })
	file := os.NewFile(uintptr(accepted), "accepted")
	n, err := io.Copy(file, io.LimitReader(zeros{}, bytes))
	_ = file.Close()
	wg.Wait()
	_ = peer.Close()
	return Sent{Bytes: n, Port: uint16(peer.LocalAddr().(*net.TCPAddr).Port)}, err
}
