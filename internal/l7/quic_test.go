package l7

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/quic"
)

// The ClientHello of RFC 9001 A.2, in its CRYPTO frame. RFC 9369 has the same.
const rfcFrame = "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868" +
	"04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578" +
	"616d706c652e636f6dff01000100000a00080006001d00170018001000070005" +
	"04616c706e000500050100000000003300260024001d00209370b2c9caa47fba" +
	"baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400" +
	"0d0010000e0403050306030203080408050806002d00020101001c0002400100" +
	"3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000" +
	"75300901100f088394c8f03e51570806048000ffff"

// sealInitial protects frames as a client does (RFC 9001 §5), for datagrams
// that no library makes.
func sealInitial(version uint32, destination, token, frames []byte, number uint32) []byte {
	keys, _ := newInitialKeys(version, destination)
	first := byte(0xc3)
	if version == quicVersion2 {
		first = 0xd3
	}
	packet := binary.BigEndian.AppendUint32([]byte{first}, version)
	packet = append(append(packet, byte(len(destination))), destination...)
	packet = append(packet, 0)
	packet = append(append(packet, quicLength(len(token))...), token...)
	packet = append(packet, quicLength(quicNumber+len(frames)+keys.packet.Overhead())...)
	at := len(packet)
	packet = binary.BigEndian.AppendUint32(packet, number)
	nonce := keys.iv
	for i := range quicNumber {
		nonce[8+i] ^= packet[at+i]
	}
	packet = keys.packet.Seal(packet, nonce[:], frames, packet)
	var mask [16]byte
	keys.header.Encrypt(mask[:], packet[at+quicNumber:][:quicSample])
	packet[0] ^= mask[0] & 0xf
	for i := range quicNumber {
		packet[at+i] ^= mask[1+i]
	}
	return packet
}

// quicLength is a variable-length integer below 16384.
func quicLength(n int) []byte {
	if n < 64 {
		return []byte{byte(n)}
	}
	return binary.BigEndian.AppendUint16(nil, uint16(0x4000|n))
}

func fromHex(t testing.TB, text string) []byte {
	t.Helper()
	bytes, err := hex.DecodeString(text)
	require.NoError(t, err)
	return bytes
}

// padded fills frames to the size of RFC 9001's example.
func padded(frames []byte) []byte { return append(frames, make([]byte, max(0, 1162-len(frames)))...) }

// cryptoFrame is the part of a handshake from an offset on.
func cryptoFrame(message []byte, from, to int) []byte {
	frame := append([]byte{quicCrypto}, quicLength(from)...)
	return append(append(frame, quicLength(to-from)...), message[from:to]...)
}

var connectionID = []byte("\x83\x94\xc8\xf0\x3e\x51\x57\x08")

// Appendix A of RFC 9001 and RFC 9369: the packet is that of the RFC, first
// bytes and tag, which depends on all others.
func TestQUICInitialOfTheRFCs(t *testing.T) {
	for version, want := range map[uint32][2]string{
		1:            {"c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b", "e221af44860018ab0856972e194cd934"},
		quicVersion2: {"d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071", "a18b2faa745b6fe189cf772a9f84cbfc"},
	} {
		packet := sealInitial(version, connectionID, nil, padded(fromHex(t, rfcFrame)), 2)
		require.Equal(t, want[0], hex.EncodeToString(packet[:len(want[0])/2]))
		require.Equal(t, want[1], hex.EncodeToString(packet[len(packet)-16:]))
		in := Input{Payload: packet, UDP: true, RemotePort: 443}
		m := Parse(in)
		name, _ := quicVersion(version)
		assert.Equal(t, Message{Protocol: "quic", Version: name, Server: "example.com", TLS: ClientHello{
			Version: "1.3", ALPN: []string{"alpn"}, JA4: m.TLS.JA4,
		}}, m)
		assert.Regexp(t, `^q13d0211an_[0-9a-f]{12}_[0-9a-f]{12}$`, m.TLS.JA4)
		assert.False(t, Incomplete(in, &m))
		checkTruncated(t, in, "quic")
	}
}

// The derivation is that of the standard library.
func TestQUICKeyDerivation(t *testing.T) {
	secret := mac([]byte(initialSalt(1)), connectionID)
	want, err := hkdf.Extract(sha256.New, connectionID, []byte(initialSalt(1)))
	require.NoError(t, err)
	require.Equal(t, want, secret[:])
	for _, label := range []string{"client in", "quic iv", "quicv2 key"} {
		want, err := hkdf.Expand(sha256.New, secret[:], "\x00\x20"+string(rune(6+len(label)))+"tls13 "+label+"\x00", 32)
		require.NoError(t, err)
		got := expandLabel(secret, label, 32)
		require.Equal(t, want, got[:])
	}
}

// Frames as clients scatter them, in one packet and in coalesced ones.
func TestQUICScattered(t *testing.T) {
	hello := fromHex(t, rfcFrame)[4:]
	ack := []byte{quicACK, 1, 0, 1, 0, 0, 0}
	ecn := append([]byte{quicACKECN, 1, 0, 0, 0}, 1, 2, 3)
	scattered := slices.Concat(cryptoFrame(hello, 200, 241), make([]byte, 9), ack, cryptoFrame(hello, 60, 120), []byte{quicPing},
		cryptoFrame(hello, 0, 61), ecn, cryptoFrame(hello, 100, 210))
	first := sealInitial(1, connectionID, nil, cryptoFrame(hello, 0, 100), 0)
	second := sealInitial(1, connectionID, nil, padded(cryptoFrame(hello, 100, len(hello))), 1)
	zeroRTT := slices.Concat([]byte{0xd0, 0, 0, 0, 1, 8}, connectionID, []byte{0, 20}, make([]byte, 20))
	want := Parse(Input{Payload: sealInitial(1, connectionID, nil, padded(fromHex(t, rfcFrame)), 2), UDP: true})
	require.Equal(t, "example.com", want.Server)
	for name, datagram := range map[string][]byte{
		"one packet": sealInitial(1, connectionID, nil, padded(scattered), 0x01020304),
		"coalesced":  slices.Concat(first, zeroRTT, second),
		"with token": sealInitial(1, connectionID, []byte("come again"), padded(scattered), 1),
	} {
		m := Parse(Input{Payload: datagram, UDP: true})
		assert.Equal(t, want, m, name)
	}
	for name, version := range map[string]uint32{"draft-29": 0xff00001d, "draft-34": 0xff000022} {
		m := Parse(Input{Payload: sealInitial(version, connectionID, nil, padded(scattered), 1), UDP: true})
		assert.Equal(t, "example.com", m.Server, name)
		assert.Equal(t, name, m.Version)
	}
}

func TestQUICWithoutHello(t *testing.T) {
	hello := fromHex(t, rfcFrame)[4:]
	whole := sealInitial(1, connectionID, nil, padded(fromHex(t, rfcFrame)), 2)
	wrong := slices.Clone(whole)
	wrong[700] ^= 1
	for name, test := range map[string]struct {
		datagram []byte
		known    string
		cut      bool
	}{
		"forged":             {wrong, "", false},
		"later":              {whole, "quic", false},
		"a server's":         {sealInitial(1, []byte{}, nil, padded(nil), 0), "", false},
		"beginning missing":  {sealInitial(1, connectionID, nil, padded(cryptoFrame(hello, 100, 241)), 1), "", true},
		"nothing yet":        {sealInitial(1, connectionID, nil, padded(nil), 1), "", true},
		"unknown frame":      {sealInitial(1, connectionID, nil, padded([]byte{0x1c, 0, 0, 0}), 1), "", true},
		"frame beyond":       {sealInitial(1, connectionID, nil, []byte{quicCrypto, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1}, 1), "", true},
		"length beyond":      {sealInitial(1, connectionID, nil, []byte{quicCrypto, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 1), "", true},
		"many acknowledged":  {sealInitial(1, connectionID, nil, []byte{quicACK, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 1), "", true},
		"no ClientHello":     {sealInitial(1, connectionID, nil, padded([]byte{quicCrypto, 0, 8, 2, 0, 0, 4, 1, 2, 3, 4}), 1), "", false},
		"unknown draft salt": {append([]byte{0xc0, 0xff, 0, 0, 12, 8}, whole[6:]...), "", false},
	} {
		in := Input{Payload: test.datagram, UDP: true, Known: test.known}
		m := Parse(in)
		assert.Equal(t, "quic", m.Protocol, name)
		assert.Empty(t, m.Server, name)
		assert.Equal(t, test.cut, Incomplete(in, &m), name)
	}
	half := Input{Payload: sealInitial(1, connectionID, nil, padded(cryptoFrame(hello, 0, 120)), 1), UDP: true}
	m := Parse(half)
	assert.Equal(t, "example.com", m.Server, "the name comes before the cut")
	assert.True(t, Incomplete(half, &m))
}

// datagrams records what a client sends.
type datagrams struct {
	net.PacketConn
	sent chan []byte
}

func (d *datagrams) WriteTo(p []byte, to net.Addr) (int, error) {
	select {
	case d.sent <- slices.Clone(p):
	default: // enough were seen
	}
	return d.PacketConn.WriteTo(p, to)
}

// dialQUIC returns the first datagrams of a real client to a real server.
func dialQUIC(t *testing.T, config *tls.Config, validate bool) [][]byte {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	accepts := serverConfig(t, "far")
	accepts.MinVersion = tls.VersionTLS13
	server, err := quic.Listen("udp", "127.0.0.1:0", &quic.Config{TLSConfig: accepts, RequireAddressValidation: validate})
	require.NoError(t, err)
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	recorded := &datagrams{PacketConn: socket, sent: make(chan []byte, 64)}
	client, err := quic.NewEndpoint(recorded, nil)
	require.NoError(t, err)
	_, err = client.Dial(ctx, "udp", server.LocalAddr().String(), &quic.Config{TLSConfig: config})
	require.NoError(t, err)
	cancel() // what was sent is enough: nobody waits for an orderly end
	_, _ = client.Close(ctx), server.Close(ctx)
	var sent [][]byte
	for range len(recorded.sent) {
		sent = append(sent, <-recorded.sent)
	}
	return sent
}

func TestQUICRealClient(t *testing.T) {
	config := &tls.Config{ServerName: "Far.Example", NextProtos: []string{"far"}, InsecureSkipVerify: true, MinVersion: tls.VersionTLS13,
		CurvePreferences: []tls.CurveID{tls.X25519}}
	sent := dialQUIC(t, config, false)
	in := Input{Payload: sent[0], UDP: true, RemotePort: 443}
	m := Parse(in)
	assert.Equal(t, Message{Protocol: "quic", Version: "1", Server: "far.example", TLS: ClientHello{
		Version: "1.3", ALPN: []string{"far"}, JA4: m.TLS.JA4,
	}}, m)
	assert.Regexp(t, `^q13d\d{4}fr_[0-9a-f]{12}_[0-9a-f]{12}$`, m.TLS.JA4)

	// The server asks the client to come again, with a token.
	validated := dialQUIC(t, config, true)
	again := slices.IndexFunc(validated, func(datagram []byte) bool {
		packet, _, found := cutQUICPacket(datagram)
		return found && len(packet.token) > 0
	})
	require.Positive(t, again)
	in = Input{Payload: validated[again], UDP: true, RemotePort: 443, Known: "quic"}
	assert.Equal(t, m.Server, Parse(in).Server)
}

func BenchmarkQUIC(b *testing.B) {
	benchmark(b, Input{Payload: sealInitial(1, connectionID, nil, padded(fromHex(b, rfcFrame)), 2), UDP: true})
}

// FuzzQUICFrames reaches what is behind the protection.
func FuzzQUICFrames(f *testing.F) {
	hello := fromHex(f, rfcFrame)[4:]
	f.Add(fromHex(f, rfcFrame), uint16(5))
	f.Add(slices.Concat(cryptoFrame(hello, 100, 241), []byte{quicPing, quicACK, 1, 0, 1, 0, 0, 0}, cryptoFrame(hello, 0, 120)), uint16(200))
	f.Fuzz(func(t *testing.T, frames []byte, split uint16) {
		frames = frames[:min(len(frames), 8000)]
		at := min(len(frames), int(split))
		datagram := slices.Concat(sealInitial(1, connectionID, nil, append(frames[:at:at], make([]byte, 20)...), 0),
			sealInitial(1, connectionID, nil, append(frames[at:], make([]byte, 20)...), 1))
		in := Input{Payload: datagram, UDP: true}
		m := Parse(in)
		checkMessage(t, m)
		require.Equal(t, "quic", m.Protocol)
	})
}
