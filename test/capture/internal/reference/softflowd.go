package reference

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"time"
)

// Softflowd reads a capture with softflowd, which exports NetFlow of a version
// (5, 9, or 10, which is IPFIX) over loopback. Its bytes are those from the IP
// header on: they are told as Frames.
func Softflowd(ctx context.Context, capture string, version int) (Table, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetReadBuffer(8 << 20); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "softflowd", "-d", "-r", capture,
		"-n", conn.LocalAddr().String(), "-v", strconv.Itoa(version))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("softflowd: %w: %s", err, out)
	}
	// It has ended: what it sent is in the socket's buffer.
	if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return nil, err
	}
	r := exportReader{table: make(Table), templates: make(map[uint16][]field)}
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return r.table, nil
		}
		if err == nil {
			err = r.packet(buf[:n])
		}
		if err != nil {
			return nil, err
		}
	}
}
