package sink

import (
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// TFTP's numbers (RFC 1350 §5, RFC 2347, RFC 2348), and how long a transfer waits
// for its next block.
const (
	tftpWrite     = 2
	tftpData      = 3
	tftpAck       = 4
	tftpOptionAck = 6
	tftpBlock     = 512
	tftpMostBlock = 65464
	tftpIdle      = 5 * time.Second
)

// TFTP takes any file that is written to it, one at a time. It counts what
// arrives and keeps nothing.
type TFTP struct {
	Counter *Counter
	Enter   Enter // where transfers' sockets are opened
}

// Serve takes write requests until the socket closes. Each transfer has a
// socket of its own.
func (f TFTP) Serve(conn net.PacketConn) {
	buf := make([]byte, 64<<10)
	for {
		n, peer, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if n < 4 || binary.BigEndian.Uint16(buf) != tftpWrite {
			continue
		}
		var transfer net.PacketConn
		at := net.JoinHostPort(conn.LocalAddr().(*net.UDPAddr).IP.String(), "0")
		if f.Enter(func() (err error) { transfer, err = net.ListenPacket("udp", at); return err }) != nil {
			continue
		}
		_ = f.take(transfer, peer, blockSize(buf[2:n])) // the client asks again, or gives up
		_ = transfer.Close()
	}
}

// blockSize is what a request asks for, or 0: after the file's name and the mode
// come names and values of options, each with a zero byte after it.
func blockSize(request []byte) int {
	words := strings.Split(string(request), "\x00")
	for i := 2; i+1 < len(words); i += 2 {
		if strings.EqualFold(words[i], "blksize") {
			if n, err := strconv.Atoi(words[i+1]); err == nil && n >= 8 && n <= tftpMostBlock {
				return n
			}
		}
	}
	return 0
}

// take acknowledges block after block, to the one that is not full. size is what
// the client asked for: 0 where it did not.
func (f TFTP) take(conn net.PacketConn, peer net.Addr, size int) error {
	ack := []byte{0, tftpAck, 0, 0}
	first := ack
	if size > 0 {
		first = fmt.Appendf([]byte{0, tftpOptionAck}, "blksize\x00%d\x00", size)
	} else {
		size = tftpBlock
	}
	buf := make([]byte, 4+size)
	want := uint16(1)
	if _, err := conn.WriteTo(first, peer); err != nil {
		return err
	}
	for {
		if err := conn.SetReadDeadline(time.Now().Add(tftpIdle)); err != nil {
			return err
		}
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		if n < 4 || from.String() != peer.String() || binary.BigEndian.Uint16(buf) != tftpData {
			continue
		}
		block := binary.BigEndian.Uint16(buf[2:])
		binary.BigEndian.PutUint16(ack[2:], block)
		if block == want {
			f.Counter.bytes.Add(int64(n - 4))
			want++
		}
		if _, err := conn.WriteTo(ack, peer); err != nil {
			return err
		}
		if block == want-1 && n < len(buf) {
			return nil
		}
	}
}
