// Package exporter makes flow exports of known traffic: it writes a capture whose
// every byte is accounted for, and lets softflowd export its flows.
package exporter

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Upload is a TCP connection whose client sends so many bytes, and gets no more
// than acknowledgements.
type Upload struct {
	Client, Server netip.AddrPort
	Bytes          int64
	Start          time.Time
	Lasts          time.Duration
}

// Counted is what an observer counts in the IP layer.
type Counted struct{ Bytes, Packets int64 }

const (
	segment = 1448 // bytes of payload: Ethernet's 1500 less 20 of IP and 32 of TCP
	// headers is how much of a packet is in the capture: all but its payload.
	headers = 14 + 40 + 40
)

// WriteCapture writes the packets of an upload, each without its payload, as a
// capture with a short snap length has them. It returns what went each way.
func WriteCapture(path string, u Upload) (sent, got Counted, err error) {
	file, err := os.Create(path)
	if err != nil {
		return sent, got, err
	}
	defer file.Close()
	buffer := bufio.NewWriterSize(file, 1<<20)
	w := writer{to: pcapgo.NewWriterNanos(buffer), out: gopacket.NewSerializeBuffer(), upload: u, at: u.Start}
	if err := w.to.WriteFileHeader(headers, layers.LinkTypeEthernet); err != nil {
		return sent, got, err
	}
	w.connection()
	if w.err == nil {
		w.err = buffer.Flush()
	}
	return w.sent, w.got, w.err
}

type writer struct {
	to        *pcapgo.Writer
	out       gopacket.SerializeBuffer // cleared for each packet
	upload    Upload
	at        time.Time
	sent, got Counted
	zeros     [segment]byte
	err       error
}

// connection is a handshake, the data with an acknowledgement of every second
// segment, and an end from both sides.
func (w *writer) connection() {
	segments := (w.upload.Bytes + segment - 1) / segment
	step := w.upload.Lasts / time.Duration(segments+1)
	w.packet(true, 0, layers.TCP{SYN: true})
	w.packet(false, 0, layers.TCP{SYN: true, ACK: true})
	w.packet(true, 0, layers.TCP{ACK: true})
	for n, left := int64(1), w.upload.Bytes; left > 0; n++ {
		w.at = w.at.Add(step)
		w.packet(true, min(left, segment), layers.TCP{ACK: true, PSH: left <= segment})
		left -= segment
		if n%2 == 0 {
			w.packet(false, 0, layers.TCP{ACK: true})
		}
	}
	w.packet(true, 0, layers.TCP{ACK: true, FIN: true})
	w.packet(false, 0, layers.TCP{ACK: true, FIN: true})
	w.packet(true, 0, layers.TCP{ACK: true})
}

// packet writes one packet with time stamps in its TCP header, as Linux sends
// them; a SYN has more options.
func (w *writer) packet(forth bool, payload int64, tcp layers.TCP) {
	if w.err != nil {
		return
	}
	from, to, counted := w.upload.Client, w.upload.Server, &w.sent
	if !forth {
		from, to, counted = to, from, &w.got
	}
	tcp.SrcPort, tcp.DstPort, tcp.Window = layers.TCPPort(from.Port()), layers.TCPPort(to.Port()), 501
	tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: make([]byte, 8)},
		{OptionType: layers.TCPOptionKindNop}, {OptionType: layers.TCPOptionKindNop}}
	if tcp.SYN {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}},
			layers.TCPOption{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2},
			layers.TCPOption{OptionType: layers.TCPOptionKindNop}, layers.TCPOption{OptionType: layers.TCPOptionKindNop})
	}
	ether := layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}}
	whole := gopacket.Payload(w.zeros[:payload])
	below, length := network(&ether, from.Addr(), to.Addr())
	if w.err = gopacket.SerializeLayers(w.out, gopacket.SerializeOptions{FixLengths: true}, &ether, below, &tcp, whole); w.err != nil {
		return
	}
	b := w.out.Bytes()
	counted.Packets++
	counted.Bytes += int64(len(b) - length)
	w.err = w.to.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b) - int(payload), Length: len(b)}, b[:len(b)-int(payload)])
}

// network is the IP layer, and how many bytes of the frame are below it.
func network(ether *layers.Ethernet, from, to netip.Addr) (gopacket.SerializableLayer, int) {
	const frame = 14
	if from.Is4() {
		ether.EthernetType = layers.EthernetTypeIPv4
		return &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}, frame
	}
	ether.EthernetType = layers.EthernetTypeIPv6
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}, frame
}

// String says what was counted.
func (c Counted) String() string { return fmt.Sprintf("%d bytes in %d packets", c.Bytes, c.Packets) }
