package packet_test

import (
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// piece is a fragment of IPv4 with n bytes.
func piece(t testing.TB, offset int, more bool, n int) []byte {
	ip := ip4(layers.IPProtocolUDP)
	ip.Id, ip.FragOffset = 9, uint16(offset/8)
	if more {
		ip.Flags = layers.IPv4MoreFragments
	}
	return frame(t, ip, payload(n))
}

// Two that have agreed on it could talk in what no host puts together.
func TestEveryByteOfFragmentsCounts(t *testing.T) {
	for name, send := range map[string]func() (frames [][]byte){
		"the end comes before what lies behind it": func() [][]byte {
			return [][]byte{piece(t, 16, true, 1400), piece(t, 8, false, 8), piece(t, 0, true, 8)}
		},
		"more behind the end": func() [][]byte {
			return [][]byte{piece(t, 8, false, 8), piece(t, 16, true, 1400), piece(t, 0, true, 8)}
		},
		"two ends": func() [][]byte {
			return [][]byte{piece(t, 8, false, 8), piece(t, 16, false, 1400), piece(t, 0, true, 8)}
		},
		"sizes that cannot be": func() [][]byte { return [][]byte{piece(t, 0, true, 1401)} },
		"beyond a datagram":    func() [][]byte { return [][]byte{piece(t, 65_000, false, 1400)} },
		"overlapping": func() [][]byte {
			return [][]byte{piece(t, 0, true, 800), piece(t, 400, true, 800), piece(t, 800, false, 800)}
		},
		"the same place": func() (out [][]byte) {
			for range 100 {
				out = append(out, piece(t, 0, true, 1400))
			}
			return out
		},
	} {
		t.Run(name, func(t *testing.T) {
			var d packet.Decoder
			sent, counted := 0, 0
			for _, f := range send() {
				sent += len(f) - 20
				for _, p := range d.Decode(raw(1, f)) {
					counted += p.Length
				}
			}
			for _, p := range d.Flush() {
				counted += p.Length
			}
			assert.GreaterOrEqual(t, counted, sent*97/100-8, "UDP's header, and a repeat, are free")
		})
	}
}

// IPv6 knows a datagram by its addresses and identification, and the first fragment says
// what it carries (RFC 8200 4.5).
func TestOnlyTheFirstFragmentSaysWhatIsInside(t *testing.T) {
	pieces := fragments6(t, 9, 5000, 1448)
	for _, p := range pieces[1:] {
		p[40] = 6
	}
	var d packet.Decoder
	var got []packet.Packet
	for i := range pieces {
		got = append(got, d.Decode(raw(1, pieces[len(pieces)-1-i]))...)
	}
	require.Len(t, got, 1)
	assert.EqualValues(t, packet.UDP, got[0].Protocol)
	assert.Equal(t, 5000, got[0].Length)
}

// An overlap ends a datagram, as its receiver does: what follows is another one.
func TestAnOverlapDoesNotSpoilTheNext(t *testing.T) {
	var d packet.Decoder
	d.Decode(raw(1, piece(t, 0, true, 800)))
	d.Decode(raw(1, piece(t, 400, true, 800)))
	var got []packet.Packet
	for _, p := range fragments4(t, 9, 2000, 800) {
		got = d.Decode(raw(1, p))
	}
	require.Len(t, got, 1)
	assert.Equal(t, []byte(pattern(2000)), got[0].Payload)
}

// However many extension headers are before it, a datagram is read.
func TestManyExtensionHeaders(t *testing.T) {
	var chain []byte
	for range 40 {
		chain = append(chain, 60, 0, 1, 4, 0, 0, 0, 0)
	}
	chain[len(chain)-8] = 17
	out := decode(t, layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolIPv6Destination),
		gopacket.Payload(append(chain, frame(t, ip6(layers.IPProtocolUDP), udp(), payload(900))[40:]...))))
	require.Len(t, out, 1)
	assert.Equal(t, 900, out[0].Length)
	assert.EqualValues(t, 53, out[0].DestinationPort)
}

// A transport header that is none carries bytes all the same.
func TestForgedTransportHeadersCount(t *testing.T) {
	data := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(1000))
	for _, offset := range []byte{0, 0x10, 0x40} {
		data[14+20+12] = offset
		out := decode(t, layers.LinkTypeEthernet, data)
		require.Len(t, out, 1)
		assert.GreaterOrEqual(t, out[0].Length, 1000)
		assert.True(t, out[0].Unplaced)
	}
}

// What a tunnel's forged fragment pushes out of its place is not lost with it.
func TestATunnelLosesNoDatagrams(t *testing.T) {
	d := packet.Decoder{Observed: func(netip.Addr) bool { return true }}
	sent, counted := 0, 0
	count := func(out []packet.Packet) {
		for _, p := range out {
			if p.Protocol == packet.UDP {
				counted += p.Length
			}
		}
	}
	for id := range 1500 {
		ip := ip4(layers.IPProtocolUDP)
		ip.Id, ip.Flags, ip.FragOffset = uint16(id), layers.IPv4MoreFragments, 100
		inner := frame(t, ip, payload(800))
		count(d.Decode(raw(1, inner)))
		sent += 800
	}
	for hole := range 64 { // one too many in the last of them, within a tunnel
		ip := ip4(layers.IPProtocolUDP)
		ip.Id, ip.Flags, ip.FragOffset = 1499, layers.IPv4MoreFragments, uint16(300+2*hole)
		inner := frame(t, ip, payload(8))
		if hole == 63 {
			inner = frame(t, ip4(layers.IPProtocolIPv4), gopacket.Payload(inner))
		}
		count(d.Decode(raw(1, inner)))
		sent += 8
	}
	count(d.Flush())
	assert.Equal(t, sent, counted)
}
