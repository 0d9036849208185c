package sink

import (
	"encoding/binary"
	"net"
	"time"
)

// TFTP's numbers (RFC 1350 §5), and how long a transfer waits for its next block.
const (
	tftpWrite = 2
	tftpData  = 3
	tftpAck   = 4
	tftpBlock = 512
	tftpIdle  = 5 * time.Second
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
		_ = f.take(transfer, peer) // the client asks again, or gives up
		_ = transfer.Close()
	}
}

// take acknowledges block after block, to the one that is not full.
func (f TFTP) take(conn net.PacketConn, peer net.Addr) error {
	buf := make([]byte, 4+tftpBlock)
	ack := []byte{0, tftpAck, 0, 0}
	want := uint16(1)
	if _, err := conn.WriteTo(ack, peer); err != nil {
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
