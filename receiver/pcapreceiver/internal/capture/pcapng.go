package capture

import (
	"encoding/binary"

	"github.com/gopacket/gopacket/layers"
)

// Block types of pcapng (draft-ietf-opsawg-pcapng §4).
const (
	ngSection   = 0x0a0d0d0a // the same in both byte orders
	ngInterface = 1
	ngPacket    = 2 // obsolete
	ngSimple    = 3
	ngEnhanced  = 6
)

const (
	ngByteOrder = 0x1a2b3c4d
	// ngFrame is a block's type and its length, which stands at the end again.
	ngHead, ngFrame = 8, 12
	// ngInterfaces is how many a section may describe.
	ngInterfaces = 4096
	// ngWhole is how much of a block is looked at as one; its options may go on beyond.
	ngWhole = maxFrame + 64<<10
)

// pcapng reads the packets of a pcapng file.
type pcapng struct {
	*window
	endian
	interfaces []ngPort // of this section
	rest       int64    // of the last block, still to be skipped
}

// ngPort is an interface of the capture.
type ngPort struct {
	clock
	link layers.LinkType
	snap uint32 // 0 is no limit
}

func newPcapng(w *window) (*pcapng, error) {
	p := &pcapng{window: w}
	if _, err := p.block(); err != nil { // the section header
		return nil, err
	}
	if err := p.skip(p.rest); err != nil {
		return nil, err
	}
	p.rest = 0
	return p, nil
}

func (p *pcapng) next(f *Frame) error {
	for {
		body, err := p.block()
		if err != nil {
			return err
		}
		if body.kind == ngEnhanced {
			return p.packet(f, body, p.u32(body.bytes))
		}
		switch body.kind {
		case ngPacket:
			return p.packet(f, body, uint32(p.u16(body.bytes)))
		case ngSimple:
			return p.simple(f, body)
		case ngInterface:
			if err := p.describe(body); err != nil {
				return err
			}
		}
	}
}

// ngBody is a block without its type and lengths.
type ngBody struct {
	kind  uint32
	bytes []byte
}

// ngLeast is how many bytes a body of this kind has at least.
func ngLeast(kind uint32) int {
	switch kind {
	case ngSection:
		return 16
	case ngInterface:
		return 8
	case ngPacket, ngEnhanced:
		return 20
	case ngSimple:
		return 4
	default:
		return 0
	}
}

// block goes on to the next block. What nothing here reads comes as an empty body.
func (p *pcapng) block() (ngBody, error) {
	if p.rest > 0 {
		if err := p.skip(p.rest); err != nil {
			return ngBody{}, err
		}
		p.rest = 0
	}
	p.mark = p.offset()
	head, err := p.peek(ngFrame)
	if err != nil {
		return ngBody{}, err
	}
	kind := p.u32(head)
	if kind == ngSection {
		if err := p.section(head); err != nil {
			return ngBody{}, err
		}
	}
	total := p.u32(head[4:])
	least := ngLeast(kind)
	if total%4 != 0 || total < uint32(ngFrame+least) {
		return ngBody{}, reject("a block of type %d and %d bytes", kind, total)
	}
	if least == 0 || kind == ngSection {
		p.rest = int64(total)
		return ngBody{}, nil
	}
	return p.body(kind, total)
}

func (p *pcapng) body(kind, total uint32) (ngBody, error) {
	if total > ngWhole {
		whole, err := p.peek(ngWhole)
		if err != nil {
			return ngBody{}, err
		}
		p.consume(ngWhole)
		p.rest = int64(total) - ngWhole
		return ngBody{kind: kind, bytes: whole[ngHead:]}, nil
	}
	whole, err := p.peek(int(total))
	if err != nil {
		return ngBody{}, err
	}
	if again := p.u32(whole[total-4:]); again != total {
		return ngBody{}, reject("a block of %d bytes that ends as one of %d", total, again)
	}
	p.consume(int(total))
	return ngBody{kind: kind, bytes: whole[ngHead : total-4]}, nil
}

// section begins anew, in the byte order of head.
func (p *pcapng) section(head []byte) error {
	switch {
	case binary.LittleEndian.Uint32(head[8:]) == ngByteOrder:
		p.big = false
	case binary.BigEndian.Uint32(head[8:]) == ngByteOrder:
		p.big = true
	default:
		return reject("a section without byte order")
	}
	head, err := p.peek(16)
	if err != nil {
		return err
	}
	if major := p.u16(head[12:]); major != 1 {
		return reject("pcapng version %d, not 1", major)
	}
	p.interfaces = p.interfaces[:0]
	return nil
}

func (p *pcapng) packet(f *Frame, body ngBody, port uint32) error {
	if port >= uint32(len(p.interfaces)) {
		return reject("a packet of interface %d, of %d in its section", port, len(p.interfaces))
	}
	b := body.bytes
	captured := p.u32(b[12:])
	if captured > maxFrame || int(captured) > len(b)-20 {
		return reject("a frame of %d bytes in a block with room for %d", captured, min(len(b)-20, maxFrame))
	}
	on := &p.interfaces[port]
	f.Time = on.time(uint64(p.u32(b[4:]))<<32 | uint64(p.u32(b[8:])))
	f.Link = on.link
	f.Data = b[20 : 20+captured]
	f.Length = max(int(captured), onWire(p.u32(b[16:])))
	return nil
}

// simple is a packet of the first interface, without a time.
func (p *pcapng) simple(f *Frame, body ngBody) error {
	if len(p.interfaces) == 0 {
		return reject("a packet before its section's first interface")
	}
	on := &p.interfaces[0]
	length := p.u32(body.bytes)
	captured := length
	if on.snap != 0 {
		captured = min(captured, on.snap)
	}
	captured = min(captured, uint32(len(body.bytes)-4))
	if captured > maxFrame {
		return reject("a frame of %d bytes, more than %d", captured, maxFrame)
	}
	f.Time = 0
	f.Link = on.link
	f.Data = body.bytes[4 : 4+captured]
	f.Length = max(int(captured), onWire(length))
	return nil
}

// Options of an interface, and their lengths.
const (
	ngOptionEnd        = 0
	ngOptionResolution = 9
	ngOptionOffset     = 14
	ngMicroseconds     = 6
)

func (p *pcapng) describe(body ngBody) error {
	if len(p.interfaces) == ngInterfaces {
		return reject("a section of more than %d interfaces", ngInterfaces)
	}
	b := body.bytes
	port := ngPort{link: layers.LinkType(p.u16(b)), snap: p.u32(b[4:])}
	resolution, offset := byte(ngMicroseconds), int64(0)
	for b = b[8:]; len(b) >= 4; {
		code, length := p.u16(b), int(p.u16(b[2:]))
		if b = b[4:]; code == ngOptionEnd || length > len(b) {
			break
		}
		switch {
		case code == ngOptionResolution && length == 1:
			resolution = b[0]
		case code == ngOptionOffset && length == 8:
			offset = int64(p.u64(b))
		}
		b = b[min(len(b), (length+3)&^3):]
	}
	var ok bool
	if port.clock, ok = newClock(resolution, offset); !ok {
		return reject("an interface with a clock of resolution 0x%02x", resolution)
	}
	p.interfaces = append(p.interfaces, port)
	return nil
}
