//go:build linux

package kerneltest

import (
	"encoding/binary"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// datagrams sends from one connected socket.
func datagrams(count, bytes int64) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	peer, err := net.ListenPacket("udp", Outside+":0")
	if err != nil {
		return Sent{}, err
	}
	port := uint16(peer.LocalAddr().(*net.UDPAddr).Port)
	c, err := net.Dial("udp", peer.LocalAddr().String())
	if err != nil {
		return Sent{}, err
	}
	sent := Sent{Port: port}
	payload := make([]byte, bytes)
	for range count {
		n, err := c.Write(payload)
		if err != nil {
			return sent, err
		}
		sent.Bytes += int64(n)
		sent.Packets++
	}
	_ = c.Close()
	return sent, peer.Close()
}

// scatter sends from one unconnected socket to 50 ports in turn.
func scatter(count, bytes int64) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	c, err := net.ListenPacket("udp", Inside+":0")
	if err != nil {
		return Sent{}, err
	}
	var sent Sent
	payload := make([]byte, bytes)
	for i := range count {
		to := &net.UDPAddr{IP: net.ParseIP(Outside), Port: 9000 + int(i%50)}
		n, err := c.WriteTo(payload, to)
		if err != nil {
			return sent, fmt.Errorf("to %v: %w", to, err)
		}
		sent.Bytes += int64(n)
		sent.Packets++
	}
	return sent, c.Close()
}

// crowd sends a byte to each of many peers on the loopback address, to fill the
// table of peers, and then its real bytes to one more.
func crowd(peers int64) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	c, err := net.ListenPacket("udp", ":0")
	if err != nil {
		return Sent{}, err
	}
	to := &net.UDPAddr{IP: net.IP{127, 0, 0, 1}}
	for i := range peers {
		to.IP[2], to.Port = byte(i/60000), 1024+int(i%60000)
		// A closed port's answer comes as an error of the next send.
		_, _ = c.WriteTo([]byte{0}, to)
	}
	sent := Sent{Port: 9999}
	to = &net.UDPAddr{IP: net.ParseIP(Outside), Port: int(sent.Port)}
	for range 1000 {
		n, err := c.WriteTo(make([]byte, 1000), to)
		if err != nil {
			return sent, err
		}
		sent.Bytes += int64(n)
	}
	return sent, c.Close()
}

// ping sends ICMP echo requests (RFC 792) from a raw socket.
func ping(count, bytes int64) (Sent, error) {
	packet := make([]byte, 8+bytes)
	packet[0] = 8
	binary.BigEndian.PutUint16(packet[2:], checksum(packet))
	sent, err := rawSend(unix.IPPROTO_ICMP, count, packet)
	sent.Bytes = count * bytes
	return sent, err
}

// raw sends bare IP packets of an experimental protocol (RFC 3692: 253).
func raw(count, bytes int64) (Sent, error) {
	sent, err := rawSend(253, count, make([]byte, bytes))
	sent.Bytes = count * bytes
	return sent, err
}

func rawSend(protocol int, count int64, packet []byte) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, protocol)
	if err != nil {
		return Sent{}, err
	}
	to := &unix.SockaddrInet4{Addr: [4]byte(net.ParseIP(Outside).To4())}
	for range count {
		if err := unix.Sendto(fd, packet, 0, to); err != nil {
			return Sent{}, err
		}
	}
	return Sent{Packets: count}, unix.Close(fd)
}

// checksum is the Internet checksum (RFC 1071) of an even number of bytes.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
