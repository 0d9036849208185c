package packet_test

import (
	"math/rand/v2"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// fragments4 cuts a UDP datagram of IPv4 into pieces.
func fragments4(t testing.TB, id uint16, size, piece int) [][]byte {
	whole := frame(t, ip4(layers.IPProtocolUDP), udp(), pattern(size))[20:]
	var out [][]byte
	for at := 0; at < len(whole); at += piece {
		ip := ip4(layers.IPProtocolUDP)
		ip.Id, ip.FragOffset = id, uint16(at/8)
		if at+piece < len(whole) {
			ip.Flags = layers.IPv4MoreFragments
		}
		out = append(out, frame(t, ip, gopacket.Payload(whole[at:min(at+piece, len(whole))])))
	}
	return out
}

func fragments6(t testing.TB, id uint32, size, piece int) [][]byte {
	whole := frame(t, ip6(layers.IPProtocolUDP), udp(), pattern(size))[40:]
	var out [][]byte
	for at := 0; at < len(whole); at += piece {
		more := byte(0)
		if at+piece < len(whole) {
			more = 1
		}
		header := []byte{17, 0, byte(at >> 8), byte(at) | more, byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}
		out = append(out, frame(t, ip6(layers.IPProtocolIPv6Fragment), gopacket.Payload(append(header, whole[at:min(at+piece, len(whole))]...))))
	}
	return out
}

func pattern(n int) gopacket.Payload {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func raw(at int64, data []byte) *capture.Frame {
	return &capture.Frame{Time: at, Link: layers.LinkTypeRaw, Data: data, Length: len(data)}
}

func TestFragmentsInAnyOrder(t *testing.T) {
	for name, cut := range map[string]func() [][]byte{
		"v4": func() [][]byte { return fragments4(t, 9, 5000, 1480) },
		"v6": func() [][]byte { return fragments6(t, 9, 5000, 1448) },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				pieces := cut()
				pieces = append(pieces, pieces[1]) // one twice
				rand.New(rand.NewPCG(seed, 0)).Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
				var d packet.Decoder
				var got []packet.Packet
				for _, p := range pieces {
					got = append(got, d.Decode(raw(1, p))...)
				}
				require.Len(t, got, 1)
				assert.Equal(t, 5000, got[0].Length)
				assert.Equal(t, []byte(pattern(5000)), got[0].Payload)
				assert.EqualValues(t, 53, got[0].DestinationPort)
			}
		})
	}
}

// Of bytes that come twice the first are kept.
func TestOverlappingFragmentsKeepTheFirst(t *testing.T) {
	pieces := fragments4(t, 9, 2000, 800)
	forged := fragments4(t, 9, 2000, 800)
	for i := 20; i < len(forged[1]); i++ {
		forged[1][i] = 0xee
	}
	var d packet.Decoder
	d.Decode(raw(1, pieces[1]))
	d.Decode(raw(1, forged[1]))
	d.Decode(raw(1, pieces[0]))
	got := d.Decode(raw(1, pieces[2]))
	require.Len(t, got, 1)
	assert.Equal(t, []byte(pattern(2000)), got[0].Payload)
}

// Bytes in datagrams that are never completed are counted too: two that have agreed
// on it could talk so.
func TestIncompleteDatagramsCount(t *testing.T) {
	var d packet.Decoder
	pieces := fragments4(t, 9, 5000, 1480)
	d.Decode(raw(1, pieces[0]))
	d.Decode(raw(1, pieces[2]))
	other := frame(t, ip4(layers.IPProtocolTCP), tcp())
	assert.Len(t, d.Decode(raw(20e9, other)), 1)
	got := d.Decode(raw(40e9, other))
	require.Len(t, got, 2)
	assert.Equal(t, 2*1480-8, got[0].Length)
	assert.EqualValues(t, 53, got[0].DestinationPort)
	assert.Zero(t, d.Held())
}

// Neither many datagrams nor many holes take more memory.
func TestFragmentsAreBounded(t *testing.T) {
	var d packet.Decoder
	sent, counted := 0, 0
	for i := range 5000 {
		ip := ip4(layers.IPProtocolUDP)
		ip.Id, ip.Flags, ip.FragOffset = uint16(i), layers.IPv4MoreFragments, 8000
		ip.SrcIP = net.IP{10, 77, byte(i >> 16), 3}
		sent += 8
		for _, p := range d.Decode(raw(1, frame(t, ip, payload(8)))) {
			counted += p.Length
		}
	}
	assert.LessOrEqual(t, d.Held(), 1024)
	for i := range 300 { // every other eight bytes of one
		ip := ip4(layers.IPProtocolUDP)
		ip.Id, ip.Flags, ip.FragOffset = 1, layers.IPv4MoreFragments, uint16(2*i+1)
		sent += 8
		for _, p := range d.Decode(raw(1, frame(t, ip, payload(8)))) {
			counted += p.Length
		}
	}
	for _, p := range d.Flush() {
		counted += p.Length
	}
	assert.Equal(t, sent, counted, "no byte is lost")
}
