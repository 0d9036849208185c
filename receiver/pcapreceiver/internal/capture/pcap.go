package capture

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/gopacket/gopacket/layers"
)

// The magic numbers of pcap, as the writer's machine has them.
const (
	pcapMicroseconds = 0xa1b2c3d4
	pcapNanoseconds  = 0xa1b23c4d
	// pcapModified marks record headers of 24 bytes: patched libpcaps of about the year
	// 2000 added the interface, protocol and packet type, which nothing here needs.
	pcapModified = 0xa1b2cd34
)

const (
	pcapHeader         = 24
	pcapRecord         = 16
	pcapModifiedRecord = 24
	// pcapLinkMask leaves out the length of the frame check sequence, in the highest bits.
	pcapLinkMask = 0x03ffffff
)

// pcap reads the records of a pcap file
// (draft-ietf-opsawg-pcap).
type pcap struct {
	*window
	endian
	header int   // bytes of a record's header
	tick   int64 // ns
	link   layers.LinkType
}

// isPcap knows the magic number in either byte order, read as little endian.
func isPcap(magic uint32) bool {
	for _, m := range []uint32{magic, bits.ReverseBytes32(magic)} {
		if m == pcapMicroseconds || m == pcapNanoseconds || m == pcapModified {
			return true
		}
	}
	return false
}

func newPcap(w *window) (*pcap, error) {
	head, err := w.peek(pcapHeader)
	if err != nil {
		return nil, err
	}
	p := &pcap{window: w, header: pcapRecord, tick: int64(time.Microsecond)}
	magic := binary.LittleEndian.Uint32(head)
	if magic != pcapMicroseconds && magic != pcapNanoseconds && magic != pcapModified {
		p.big, magic = true, bits.ReverseBytes32(magic)
	}
	switch magic {
	case pcapNanoseconds:
		p.tick = 1
	case pcapModified:
		p.header = pcapModifiedRecord
	}
	// Before 2.3 the two lengths of a record stood the other way round.
	if major, minor := p.u16(head[4:]), p.u16(head[6:]); major != 2 || minor < 3 {
		return nil, reject("pcap version %d.%d, not 2.4", major, minor)
	}
	link := p.u32(head[20:]) & pcapLinkMask
	if link > 0xffff {
		return nil, reject("link type %d does not exist", link)
	}
	p.link = layers.LinkType(link)
	w.consume(pcapHeader)
	return p, nil
}

func (p *pcap) next(f *Frame) error {
	p.mark = p.offset()
	head, err := p.peek(p.header)
	if err != nil {
		return err
	}
	captured := p.u32(head[8:])
	if captured > maxFrame {
		return reject("a frame of %d bytes, more than %d", captured, maxFrame)
	}
	f.Time = int64(p.u32(head))*int64(time.Second) + int64(p.u32(head[4:]))*p.tick
	f.Link = p.link
	f.Length = max(int(captured), onWire(p.u32(head[12:])))
	size := p.header + int(captured)
	record, err := p.peek(size)
	if err != nil {
		return err
	}
	f.Data = record[p.header:]
	p.consume(size)
	return nil
}

// onWire keeps a length that no link has from being negative on machines of 32 bits.
func onWire(length uint32) int { return int(min(length, 1<<31-1)) }
