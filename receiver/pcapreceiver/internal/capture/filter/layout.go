package filter

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/bpf"
)

// Ethernet types and IP protocols.
const (
	typeIPv4, typeARP, typeRARP, typeIPv6 = 0x0800, 0x0806, 0x8035, 0x86dd

	protocolICMP, protocolIGMP, protocolTCP, protocolUDP = 1, 2, 6, 17
	protocolFragment, protocolESP, protocolAH            = 44, 50, 51
	protocolICMPv6, protocolPIM, protocolVRRP            = 58, 103, 112
	protocolSCTP                                         = 132
)

// layout says where things are in a link's frames.
type layout struct {
	ethernet bool
	ip       uint32 // offset of the IP header
}

func layoutOf(link layers.LinkType) (layout, bool) {
	switch link {
	case layers.LinkTypeEthernet:
		return layout{ethernet: true, ip: 14}, true
	case layers.LinkTypeRaw:
		return layout{}, true
	default:
		return layout{}, false
	}
}

// at compares size bytes at an offset of the frame.
func at(offset uint32, size int, op bpf.JumpTest, with uint32) *test {
	return &test{load: []bpf.Instruction{bpf.LoadAbsolute{Off: offset, Size: size}}, op: op, with: with}
}

func equal(offset uint32, size int, with uint32) *test {
	return at(offset, size, bpf.JumpEqual, with)
}

// masked compares four bytes' bits within mask.
func masked(offset, mask, with uint32) *test {
	t := equal(offset, 4, with)
	if mask != ^uint32(0) {
		t.load = append(t.load, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
	}
	return t
}

// etherType is a condition that only Ethernet can meet, except for IP.
func (l layout) etherType(kind uint32) node {
	if l.ethernet {
		return equal(12, 2, kind)
	}
	version := map[uint32]uint32{typeIPv4: 0x40, typeIPv6: 0x60}[kind]
	if version == 0 {
		return constant(false)
	}
	t := equal(0, 1, version)
	t.load = append(t.load, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0})
	return t
}

// protocol4 and protocol6 are IP packets of a protocol; of version 6 also behind a
// fragment header that comes first.
func (l layout) protocol4(number uint32) node {
	return all{l.etherType(typeIPv4), equal(l.ip+9, 1, number)}
}

func (l layout) protocol6(number uint32) node {
	return all{l.etherType(typeIPv6), some{
		equal(l.ip+6, 1, number),
		all{equal(l.ip+6, 1, protocolFragment), equal(l.ip+40, 1, number)},
	}}
}

// address compares the bytes at offset with a network.
func address(offset uint32, network netip.Prefix) node {
	raw := network.Masked().Addr().AsSlice()
	var n all
	for i := 0; i*8 < network.Bits(); i += 4 {
		bits := min(32, network.Bits()-i*8)
		mask := ^uint32(0) << (32 - bits)
		n = append(n, masked(offset+uint32(i), mask, binary.BigEndian.Uint32(raw[i:])))
	}
	if len(n) == 0 {
		return constant(true)
	}
	return n
}

// hardware compares the six bytes at offset.
func hardware(offset uint32, mac []byte) node {
	return all{equal(offset+2, 4, binary.BigEndian.Uint32(mac[2:])), equal(offset, 2, uint32(binary.BigEndian.Uint16(mac)))}
}

// ports compares the port at offset behind the IP header: in version 4 of the first
// fragment only, in version 6 where no extension header comes between.
func (l layout) ports4(offset uint32, low, high uint32) node {
	return within(func(op bpf.JumpTest, with uint32) *test {
		return &test{load: []bpf.Instruction{
			bpf.LoadMemShift{Off: l.ip}, bpf.LoadIndirect{Off: l.ip + offset, Size: 2},
		}, op: op, with: with}
	}, low, high)
}

func (l layout) ports6(offset uint32, low, high uint32) node {
	return within(func(op bpf.JumpTest, with uint32) *test {
		return at(l.ip+40+offset, 2, op, with)
	}, low, high)
}

func within(compare func(bpf.JumpTest, uint32) *test, low, high uint32) node {
	if low == high {
		return compare(bpf.JumpEqual, low)
	}
	return all{compare(bpf.JumpGreaterOrEqual, low), compare(bpf.JumpLessOrEqual, high)}
}

// firstFragment is an IPv4 packet that is whole or begins one.
func (l layout) firstFragment() node {
	return at(l.ip+6, 2, bpf.JumpBitsNotSet, 0x1fff)
}
