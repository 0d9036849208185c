package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// most is how much one system call moves.
const most = 1 << 20

// sendfile uploads by HTTP PUT, as web servers and clients do: the head is
// written, the body goes from the page cache to the socket by sendfile(2).
func sendfile(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	return fromFile(ctx, o, to, func(conn *net.TCPConn, file *os.File, size int64) error {
		head := fmt.Sprintf("PUT /upload HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", o.To, size)
		if _, err := io.WriteString(conn, head); err != nil {
			return err
		}
		return eachTime(conn, size, func(socket, left int) (int, error) {
			return unix.Sendfile(socket, int(file.Fd()), nil, left)
		})
	})
}

// splice uploads bare bytes: file to pipe, pipe to socket, by splice(2).
func splice(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	return fromFile(ctx, o, to, func(conn *net.TCPConn, file *os.File, size int64) error {
		var pipe [2]int
		if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
			return err
		}
		defer unix.Close(pipe[0])
		defer unix.Close(pipe[1])
		full := 0 // bytes in the pipe
		return eachTime(conn, size, func(socket, left int) (int, error) {
			if full == 0 {
				n, err := unix.Splice(int(file.Fd()), nil, pipe[1], nil, left, unix.SPLICE_F_MOVE)
				if err != nil {
					return 0, fmt.Errorf("file to pipe: %w", err)
				}
				full = int(n)
			}
			n, err := unix.Splice(pipe[0], nil, socket, nil, full, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
			full -= int(max(n, 0))
			return int(n), err
		})
	})
}

// fromFile opens the file and the connection, and ends the connection in order.
func fromFile(ctx context.Context, o Options, to netip.AddrPort,
	move func(*net.TCPConn, *os.File, int64) error,
) (int64, error) {
	file, err := os.Open(o.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	conn, err := dial(ctx, to)
	if err != nil {
		return 0, err
	}
	if err := move(conn, file, info.Size()); err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	return info.Size(), finish(conn)
}

// eachTime moves size bytes, waiting where the socket's buffer is full.
func eachTime(conn *net.TCPConn, size int64, move func(socket, left int) (int, error)) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		for size > 0 {
			n, err := move(int(fd), int(min(size, most)))
			switch {
			case errors.Is(err, unix.EAGAIN):
				return false
			case errors.Is(err, unix.EINTR):
			case err != nil:
				failed = err
				return true
			case n == 0:
				failed = io.ErrUnexpectedEOF
				return true
			}
			size -= int64(max(n, 0))
		}
		return true
	})
	return errors.Join(err, failed)
}
