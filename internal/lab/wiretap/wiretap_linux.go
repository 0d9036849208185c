// Package wiretap records the packets that cross links of a network namespace,
// as pcapng.
package wiretap

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"golang.org/x/sys/unix"
)

// MaxSnap keeps every packet whole: no link takes a longer one.
const MaxSnap = 256 << 10

// Wiretap is one recording. The goroutine that writes it ends with Stop.
type Wiretap struct {
	socket  *socket
	writer  *pcapgo.NgWriter
	packets atomic.Int64
	last    atomic.Int64 // when the last packet came, ns since the epoch
	ended   chan error
}

// Start records what crosses the named links of the calling thread's namespace,
// the first snap bytes of each packet, to w. Every link is an interface of the
// recording, in their order.
func Start(links []string, snap int, w io.Writer) (*Wiretap, error) {
	writer, err := header(links, snap, w)
	if err != nil {
		return nil, err
	}
	s, err := open(links, snap)
	if err != nil {
		return nil, err
	}
	t := &Wiretap{socket: s, writer: writer, ended: make(chan error, 1)}
	t.last.Store(time.Now().UnixNano())
	go func() { t.ended <- t.record() }()
	return t, nil
}

func header(links []string, snap int, w io.Writer) (*pcapgo.NgWriter, error) {
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "exfil-lab"}}
	var writer *pcapgo.NgWriter
	for i, name := range links {
		link := pcapgo.NgInterface{Name: name, LinkType: layers.LinkTypeEthernet, SnapLength: uint32(snap)}
		var err error
		if i == 0 {
			writer, err = pcapgo.NewNgWriterInterface(w, link, options)
		} else {
			_, err = writer.AddInterface(link)
		}
		if err != nil {
			return nil, err
		}
	}
	return writer, nil
}

// record writes packets until the deadline that Stop sets.
func (t *Wiretap) record() error {
	for {
		p, err := t.socket.read()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err == nil {
			err = t.write(p)
		}
		if err != nil {
			return err
		}
	}
}

func (t *Wiretap) write(p packet) error {
	t.packets.Add(1)
	t.last.Store(p.at.UnixNano())
	return t.writer.WritePacket(gopacket.CaptureInfo{
		Timestamp: p.at, CaptureLength: len(p.data), Length: p.length, InterfaceIndex: p.link,
	}, p.data)
}

// Quiet is how long no packet has come.
func (t *Wiretap) Quiet() time.Duration { return time.Duration(time.Now().UnixNano() - t.last.Load()) }

// Stop writes what the kernel still holds, ends the recording and says how
// many packets it has. Packets that the kernel had to drop are an error.
func (t *Wiretap) Stop() (packets int64, err error) {
	err = errors.Join(t.socket.file.SetReadDeadline(time.Now()), <-t.ended)
	for err == nil {
		var p packet
		if p, err = t.socket.rest(); err == nil {
			err = t.write(p)
		}
	}
	if errors.Is(err, unix.EAGAIN) {
		err = nil
	}
	dropped, asked := t.socket.drops()
	if dropped > 0 {
		asked = fmt.Errorf("the kernel dropped %d packets: the recording is not whole", dropped)
	}
	return t.packets.Load(), errors.Join(err, asked, t.writer.Flush(), t.socket.file.Close())
}
