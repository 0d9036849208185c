package filter

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
)

// dice make the same frames and expressions in each run.
type dice struct{ *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(4, 2))} }

func one[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

var (
	hosts4 = []string{"10.0.0.1", "10.1.2.3", "192.168.7.7", "224.0.0.251", "255.255.255.255", "203.0.113.9"}
	hosts6 = []string{"fd00::1", "fd00:0:0:1::7", "2001:db8::5", "ff02::fb"}
	macs   = []string{"02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb"}
	ports  = []uint16{53, 80, 443, 8080, 1024, 65535}
)

func macOf(text string) []byte {
	var raw []byte
	for i := 0; i < len(text); i += 3 {
		raw = append(raw, hex(text[i])<<4|hex(text[i+1]))
	}
	return raw
}

func hex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// frame is an Ethernet frame of some kind.
func (d dice) frame() []byte {
	out := append(macOf(one(d, macs...)), macOf(one(d, macs...))...)
	switch d.IntN(12) {
	case 0:
		kind := one(d, uint16(typeARP), uint16(typeRARP))
		out = binary.BigEndian.AppendUint16(out, kind)
		out = append(out, 0, 1, 8, 0, 6, 4, 0, 1)
		out = append(append(out, macOf(macs[0])...), netip.MustParseAddr(one(d, hosts4...)).AsSlice()...)
		return append(append(out, macOf(macs[1])...), netip.MustParseAddr(one(d, hosts4...)).AsSlice()...)
	case 1:
		return append(out, 0, 40, 0x42, 0x42, 3) // LLC
	case 2:
		return append(append(out, 0x81, 0, 0, 7), d.ip()[1:]...) // tagged, and what follows is odd
	default:
		return append(out, d.ip()...)
	}
}

// ip is an Ethernet type and a packet.
func (d dice) ip() []byte {
	number := one(d, byte(protocolTCP), protocolTCP, protocolUDP, protocolUDP, protocolSCTP, protocolICMP, protocolICMPv6, protocolIGMP, protocolESP, protocolAH, protocolPIM, protocolVRRP, 47)
	if d.IntN(3) == 0 {
		return append([]byte{0x86, 0xdd}, d.ip6(number)...)
	}
	options := d.IntN(3) * 4
	h := make([]byte, 20+options)
	h[0] = 0x40 | byte(5+options/4)
	h[9] = number
	if d.IntN(5) == 0 {
		binary.BigEndian.PutUint16(h[6:], one(d, uint16(0x2000), 0x2005, 17, 0x4000))
	}
	copy(h[12:], netip.MustParseAddr(one(d, hosts4...)).AsSlice())
	copy(h[16:], netip.MustParseAddr(one(d, hosts4...)).AsSlice())
	h = append(h, d.segment()...)
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)))
	return append([]byte{8, 0}, h...)
}

func (d dice) ip6(number byte) []byte {
	h := make([]byte, 40)
	h[0] = 0x60
	h[6] = number
	copy(h[8:], netip.MustParseAddr(one(d, hosts6...)).AsSlice())
	copy(h[24:], netip.MustParseAddr(one(d, hosts6...)).AsSlice())
	if extension := one(d, byte(0), 0, protocolFragment, 60); extension != 0 {
		h[6] = extension
		h = append(h, number, 0, 0, 0, 0, 0, 0, 1)
	}
	return append(h, d.segment()...)
}

// segment begins with two ports.
func (d dice) segment() []byte {
	s := make([]byte, 20+d.IntN(100))
	binary.BigEndian.PutUint16(s, one(d, ports...))
	binary.BigEndian.PutUint16(s[2:], one(d, ports...))
	return s
}
