package packet_test

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

var (
	client4 = net.IP{10, 77, 0, 2}
	server4 = net.IP{203, 0, 113, 10}
	client6 = net.ParseIP("fd77::2")
	server6 = net.ParseIP("2001:db8::10")
)

// frame serializes layers.
func frame(t testing.TB, of ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	var network gopacket.NetworkLayer
	for _, l := range of {
		if n, ok := l.(gopacket.NetworkLayer); ok {
			network = n
		}
		if c, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			require.NoError(t, c.SetNetworkLayerForChecksum(network))
		}
	}
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, of...))
	return b.Bytes()
}

func ethernet(kind layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: kind}
}

func ip4(protocol layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: client4, DstIP: server4}
}

func ip6(next layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: next, SrcIP: client6, DstIP: server6}
}

func tcp() *layers.TCP {
	return &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 7, Ack: 9, ACK: true, PSH: true, Window: 1,
		Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindNop}}}
}

func udp() *layers.UDP { return &layers.UDP{SrcPort: 40000, DstPort: 53} }

func payload(n int) gopacket.Payload { return make([]byte, n) }

func decode(t testing.TB, link layers.LinkType, data []byte) []packet.Packet {
	var d packet.Decoder
	out := d.Decode(&capture.Frame{Time: 1, Link: link, Data: data, Length: len(data)})
	if len(out) == 0 {
		t.Logf("verdicts: %v", d.Counts)
	}
	return out
}

func TestLinksTagsAndTunnels(t *testing.T) {
	inner := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(100))
	innerIP := inner[14:]
	outer := func(protocol layers.IPProtocol) *layers.IPv4 {
		return &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: net.IP{192, 0, 2, 1}, DstIP: net.IP{192, 0, 2, 2}}
	}
	sll := append([]byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, innerIP...)
	sll2 := append([]byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, innerIP...)
	for name, c := range map[string]struct {
		link layers.LinkType
		data []byte
	}{
		"ethernet":    {layers.LinkTypeEthernet, inner},
		"padded":      {layers.LinkTypeEthernet, append(append([]byte{}, inner...), 0, 0, 0, 0)},
		"raw":         {layers.LinkTypeRaw, innerIP},
		"raw of BSD":  {12, innerIP},
		"ipv4":        {layers.LinkTypeIPv4, innerIP},
		"null":        {layers.LinkTypeNull, append([]byte{2, 0, 0, 0}, innerIP...)},
		"loop":        {layers.LinkTypeLoop, append([]byte{0, 0, 0, 2}, innerIP...)},
		"cooked":      {layers.LinkTypeLinuxSLL, sll},
		"cooked v2":   {layers.LinkTypeLinuxSLL2, sll2},
		"ppp":         {layers.LinkTypePPP, append([]byte{0x21}, innerIP...)},
		"vlan":        {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeIPv4}, gopacket.Payload(innerIP))},
		"qinq":        {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeQinQ), &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeDot1Q}, &layers.Dot1Q{VLANIdentifier: 6, Type: layers.EthernetTypeIPv4}, gopacket.Payload(innerIP))},
		"mpls":        {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeMPLSUnicast), &layers.MPLS{Label: 16, TTL: 1}, &layers.MPLS{Label: 17, TTL: 1, StackBottom: true}, gopacket.Payload(innerIP))},
		"mpls to eth": {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeMPLSUnicast), &layers.MPLS{Label: 16, TTL: 1, StackBottom: true}, gopacket.Payload(append([]byte{0, 0, 0, 0}, inner...)))},
		"pppoe":       {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypePPPoESession), gopacket.Payload(append([]byte{0x11, 0, 0, 1, 0, 0, 0, 0x21}, innerIP...)))},
		"gre":         {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv4, KeyPresent: true, Key: 4}, gopacket.Payload(innerIP))},
		"gre of eth":  {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeTransparentEthernetBridging}, gopacket.Payload(inner))},
		"erspan":      {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeERSPAN, SeqPresent: true}, gopacket.Payload(append(make([]byte, 8), inner...)))},
		"ip in ip":    {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolIPv4), gopacket.Payload(innerIP))},
		"vxlan":       {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolUDP), &layers.UDP{SrcPort: 5, DstPort: 4789}, &layers.VXLAN{ValidIDFlag: true, VNI: 7}, gopacket.Payload(inner))},
		"geneve":      {layers.LinkTypeEthernet, frame(t, ethernet(layers.EthernetTypeIPv4), outer(layers.IPProtocolUDP), &layers.UDP{SrcPort: 5, DstPort: 6081}, gopacket.Payload(append([]byte{1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4}, inner...)))},
		"radiotap":    {layers.LinkTypeIEEE80211Radio, append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wireless(innerIP)...)},
		"802.11":      {layers.LinkTypeIEEE802_11, wireless(innerIP)},
	} {
		t.Run(name, func(t *testing.T) {
			out := decode(t, c.link, c.data)
			require.Len(t, out, 1)
			p := out[0]
			assert.Equal(t, netip.MustParseAddrPort("10.77.0.2:40000"), p.From())
			assert.Equal(t, netip.MustParseAddrPort("203.0.113.10:80"), p.To())
			assert.EqualValues(t, packet.TCP, p.Protocol)
			assert.Equal(t, 100, p.Length)
			assert.Len(t, p.Payload, 100)
			assert.EqualValues(t, 7, p.Seq)
			assert.EqualValues(t, packet.PSH|packet.ACK, p.Flags)
		})
	}
}

// wireless is a data frame to the access point with LLC, SNAP and a check sum.
func wireless(ip []byte) []byte {
	b := append([]byte{0x08, 0x01, 0, 0}, make([]byte, 20)...)
	b = append(b, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0)
	return append(append(b, ip...), 0, 0, 0, 0)
}

func TestIPv6ExtensionsAndTransports(t *testing.T) {
	for name, c := range map[string]struct {
		data     []byte
		protocol uint8
		length   int
	}{
		"tcp": {frame(t, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolTCP), tcp(), payload(10)), 6, 10},
		"hop by hop and options": {frame(t, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolIPv6HopByHop),
			gopacket.Payload(append([]byte{60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0}, frame(t, ip6(layers.IPProtocolUDP), udp(), payload(5))[40:]...))), 17, 5},
		"atomic fragment": {frame(t, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolIPv6Fragment),
			gopacket.Payload(append([]byte{17, 0, 0, 0, 0, 0, 0, 9}, frame(t, ip6(layers.IPProtocolUDP), udp(), payload(5))[40:]...))), 17, 5},
		"icmpv6": {frame(t, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolICMPv6), payload(64)), 58, 56},
		"icmp":   {frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolICMPv4), payload(64)), 1, 56},
		"sctp":   {frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolSCTP), payload(64)), 132, 52},
		"raw ip": {frame(t, ethernet(layers.EthernetTypeIPv4), ip4(253), payload(64)), 253, 64},
	} {
		t.Run(name, func(t *testing.T) {
			out := decode(t, layers.LinkTypeEthernet, c.data)
			require.Len(t, out, 1)
			assert.Equal(t, c.protocol, out[0].Protocol)
			assert.Equal(t, c.length, out[0].Length)
		})
	}
}

// A snap length cuts what is captured, and not what is counted.
func TestSnapLength(t *testing.T) {
	whole := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(1400))
	var d packet.Decoder
	for _, snap := range []int{54, 58, 60, 96, len(whole)} {
		out := d.Decode(&capture.Frame{Link: layers.LinkTypeEthernet, Data: whole[:snap], Length: len(whole)})
		require.Len(t, out, 1, snap)
		assert.Equal(t, 1400, out[0].Length)
		assert.Len(t, out[0].Payload, max(0, snap-58))
	}
	for _, snap := range []int{34, 46} { // its transport header, too
		out := d.Decode(&capture.Frame{Link: layers.LinkTypeEthernet, Data: whole[:snap], Length: len(whole)})
		require.Len(t, out, 1, snap)
		assert.Equal(t, 1404, out[0].Length)
		assert.True(t, out[0].Unplaced)
	}
	for _, snap := range []int{0, 13, 20, 33} {
		assert.Empty(t, d.Decode(&capture.Frame{Link: layers.LinkTypeEthernet, Data: whole[:snap], Length: len(whole)}), snap)
	}
}

// A card that cuts segments itself leaves the length to be filled in.
func TestSegmentationOffload(t *testing.T) {
	data := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(60000))
	data[16], data[17] = 0, 0
	out := decode(t, layers.LinkTypeEthernet, data)
	require.Len(t, out, 1)
	assert.Equal(t, 60000, out[0].Length)
}

// A container's own tunnel is accounted as that, whatever it claims to carry.
func TestAForgedTunnelHidesNothing(t *testing.T) {
	inner := frame(t, ethernet(layers.EthernetTypeIPv4), &layers.IPv4{Version: 4, TTL: 1, Protocol: layers.IPProtocolUDP,
		SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}, udp(), payload(900))
	data := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), &layers.UDP{SrcPort: 5, DstPort: 4789},
		&layers.VXLAN{ValidIDFlag: true}, gopacket.Payload(inner))
	d := packet.Decoder{Observed: func(a netip.Addr) bool { return a == netip.MustParseAddr("10.77.0.2") }}
	out := d.Decode(&capture.Frame{Link: layers.LinkTypeEthernet, Data: data, Length: len(data)})
	require.Len(t, out, 2)
	assert.Equal(t, "203.0.113.10:4789", out[0].To().String())
	assert.Equal(t, len(inner)+8, out[0].Length)
	assert.Equal(t, "10.0.0.2:53", out[1].To().String())
}

// What only looks like a tunnel is a datagram.
func TestNoTunnelInside(t *testing.T) {
	data := frame(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), &layers.UDP{SrcPort: 5, DstPort: 4789}, gopacket.Payload(append([]byte{8}, make([]byte, 99)...)))
	out := decode(t, layers.LinkTypeEthernet, data)
	require.Len(t, out, 1)
	assert.Equal(t, 100, out[0].Length)
}

func TestUnknownLinkIsCounted(t *testing.T) {
	var d packet.Decoder
	assert.Empty(t, d.Decode(&capture.Frame{Link: 147, Data: make([]byte, 60), Length: 60}))
	assert.EqualValues(t, 1, d.Counts[packet.UnknownLink])
}

// Whatever gopacket reads in Ethernet, IP, TCP and UDP, this reads the same.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		f.Add(uint16(1), frame(f, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(random.IntN(50))), uint16(0))
	}
	f.Add(uint16(1), frame(f, ethernet(layers.EthernetTypeIPv6), ip6(layers.IPProtocolUDP), udp(), payload(9)), uint16(3))
	f.Add(uint16(113), make([]byte, 40), uint16(0))
	f.Add(uint16(127), append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wireless(frame(f, ip4(layers.IPProtocolUDP), udp(), payload(5)))...), uint16(0))
	f.Fuzz(func(t *testing.T, link uint16, data []byte, more uint16) {
		d := packet.Decoder{Observed: func(a netip.Addr) bool { return a.Is4() }}
		fr := &capture.Frame{Time: 5, Link: layers.LinkType(link), Data: data, Length: len(data) + int(more)}
		sum := 0
		for _, p := range append(d.Decode(fr), d.Flush()...) {
			assert.LessOrEqual(t, len(p.Payload), p.Length)
			assert.GreaterOrEqual(t, p.Length, 0)
			sum++
		}
		assert.LessOrEqual(t, sum, 16)
		if link == 1 && more == 0 {
			agree(t, data)
		}
	})
}

func agree(t *testing.T, data []byte) {
	whole := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.DecodeOptions{NoCopy: true})
	all := whole.Layers()
	if len(all) < 3 || data[12] != 8 || data[13] != 0 || whole.ErrorLayer() != nil || all[1].LayerType() != layers.LayerTypeIPv4 {
		return
	}
	ip := all[1].(*layers.IPv4)
	segment, ok := all[2].(*layers.TCP)
	if !ok || ip.Version != 4 || ip.Length == 0 || ip.FragOffset != 0 || ip.Flags&layers.IPv4MoreFragments != 0 || int(ip.Length) > len(data)-14 {
		return
	}
	var d packet.Decoder
	out := d.Decode(&capture.Frame{Link: layers.LinkTypeEthernet, Data: data, Length: len(data)})
	require.Len(t, out, 1)
	assert.EqualValues(t, segment.SrcPort, out[0].SourcePort)
	assert.Equal(t, segment.Seq, out[0].Seq)
	assert.Equal(t, len(segment.Payload), out[0].Length)
}

func BenchmarkDecode(b *testing.B) {
	data := frame(b, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), payload(1400))
	var d packet.Decoder
	fr := &capture.Frame{Link: layers.LinkTypeEthernet, Data: data, Length: len(data)}
	b.ReportAllocs()
	for b.Loop() {
		if len(d.Decode(fr)) != 1 {
			b.Fatal("no packet")
		}
	}
}
