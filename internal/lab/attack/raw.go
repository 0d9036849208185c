package attack

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// stream writes bytes over one TCP connection.
func stream(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	conn, err := dial(ctx, to)
	if err != nil {
		return 0, err
	}
	chunk := bytes.Repeat([]byte("stolen "), 64<<10)
	var written int64
	for written < o.Bytes {
		n, err := conn.Write(chunk[:min(int64(len(chunk)), o.Bytes-written)])
		written += int64(n)
		if err != nil {
			return written, errors.Join(err, conn.Close())
		}
	}
	return written, finish(conn)
}

// finish ends the sending side and waits until the peer has read all of it.
func finish(conn *net.TCPConn) error {
	if err := conn.CloseWrite(); err != nil {
		return errors.Join(err, conn.Close())
	}
	_, _ = conn.Read(make([]byte, 1)) // the end, or a reset: it is over
	return conn.Close()
}

// churn opens many connections, one after another, and says little on each.
func churn(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	payload := bytes.Repeat([]byte("x"), o.Size)
	var written int64
	for range o.Count {
		conn, err := dial(ctx, to)
		if err != nil {
			return written, err
		}
		n, err := conn.Write(payload)
		written += int64(n)
		if err != nil {
			return written, errors.Join(err, conn.Close())
		}
		if err := finish(conn); err != nil {
			return written, err
		}
	}
	return written, nil
}

// datagrams sends UDP from one unconnected socket, at a pace that the receiver
// holds: batches, with a breath in between.
func datagrams(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	conn, err := net.ListenPacket("udp", ":0")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	const batch = 200
	breath := time.NewTicker(2 * time.Millisecond)
	defer breath.Stop()
	payload, peer := bytes.Repeat([]byte("x"), o.Size), net.UDPAddrFromAddrPort(to)
	var written int64
	for i := range o.Count {
		if i%batch == batch-1 {
			select {
			case <-ctx.Done():
				return written, ctx.Err()
			case <-breath.C:
			}
		}
		n, err := conn.WriteTo(payload, peer)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// idle holds connections open and sends nothing.
func idle(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	conns := make([]net.Conn, 0, o.Count)
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for range o.Count {
		c, err := dial(ctx, to)
		if err != nil {
			return 0, err
		}
		conns = append(conns, c)
	}
	hold, cancel := context.WithTimeout(ctx, o.Hold)
	defer cancel()
	<-hold.Done()
	return 0, nil
}
