package l7

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
)

// recorder keeps what is written through a connection.
type recorder struct {
	net.Conn
	mu      sync.Mutex
	written bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	r.written.Write(p)
	r.mu.Unlock()
	return r.Conn.Write(p)
}

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.written.Bytes())
}

// serverConfig accepts anyone, with a new certificate.
func serverConfig(t testing.TB, alpn string) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
		NextProtos:   []string{alpn}, MinVersion: tls.VersionTLS10, SessionTicketsDisabled: true,
	}
}

// handshakeBytes runs a real handshake and returns what each side wrote.
func handshakeBytes(t testing.TB, config *tls.Config) (client, server []byte) {
	near, far := net.Pipe()
	c, s := &recorder{Conn: near}, &recorder{Conn: far}
	accepts := serverConfig(t, "h2")
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(s, accepts).Handshake()
	}()
	config.InsecureSkipVerify = true
	require.NoError(t, tls.Client(c, config).Handshake())
	require.NoError(t, <-done)
	require.NoError(t, near.Close())
	return c.bytes(), s.bytes()
}

func TestTLSHandshakes(t *testing.T) {
	for version, name := range map[uint16]string{tls.VersionTLS13: "1.3", tls.VersionTLS12: "1.2"} {
		client, server := handshakeBytes(t, &tls.Config{ServerName: "Far.Example", NextProtos: []string{"h2", "http/1.1"}, MaxVersion: version})
		in := Input{Payload: client}
		m := Parse(in)
		assert.Equal(t, "tls", m.Protocol)
		assert.Equal(t, "far.example", m.Server)
		assert.Equal(t, ClientHello{Version: name, ALPN: []string{"h2", "http/1.1"}, JA4: m.TLS.JA4}, m.TLS)
		assert.Regexp(t, `^t1[23]d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$`, m.TLS.JA4)
		checkTruncated(t, in, "tls")

		in = Input{Payload: server, Direction: Ingress}
		assert.Equal(t, Message{Protocol: "tls", Version: name}, Parse(in))
		checkTruncated(t, in, "tls")
	}
}

// The example of the JA4 technical details, with GREASE values strewn in.
func TestJA4Example(t *testing.T) {
	hello := specHello("h2")
	m := Parse(Input{Payload: hello})
	assert.Equal(t, "t13d1516h2_8daaf6152771_e5627efa2ab1", m.TLS.JA4)
	assert.Equal(t, "h.example", m.Server)
	assert.Equal(t, m, Parse(Input{Payload: splitRecords(hello, 7)}), "spread over records")
	for end := range hello {
		assert.Empty(t, Parse(Input{Payload: hello[:end]}).TLS.JA4, "cut at %d", end)
	}
	assert.Equal(t, "h.example", Parse(Input{Payload: hello[:len(hello)-20]}).Server)
}

func TestJA4Parts(t *testing.T) {
	for alpn, want := range map[string]string{
		"": "00", "h2": "h2", "http/1.1": "h1", "x": "xx", "\xab": "ab", "\xab\xcd": "ad", "0\xab": "3b",
		"01\xab\xcd": "3d", "0\xab\xcd1": "01",
	} {
		assert.Equal(t, want, ja4ALPN([][]byte{[]byte(alpn)}), "%q", alpn)
	}
	extensions := []uint16{0x1b, 0x33, 0x4469, 0x17, 0x2d, 0xd, 5, 0x23, 0x12, 0x2b, 0xff01, 0xb, 0xa, 0x15}
	assert.Equal(t, "6d807ffa2a79", string(appendHash(nil, extensions, nil)))
	assert.Equal(t, "t00i000000_000000000000_000000000000", (&clientHello{}).ja4('t'))
	assert.Equal(t, "99", string(appendCount(nil, 100)))
}

func specHello(alpn string) []byte {
	ciphers := []uint16{0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35}
	extensions := []uint16{0x3a3a, 0x1b, 0, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0xd, 5, 0x23, 0x12, 0x2b, 0xff01, 0xb, 0xa, 0x15}
	var b cryptobyte.Builder
	b.AddBytes([]byte{22, 3, 1})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8(1)
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint16(0x0303)
			b.AddBytes(make([]byte, 32))
			b.AddUint8(0)
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { addList(b, ciphers) })
			b.AddBytes([]byte{1, 0})
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, kind := range extensions {
					b.AddUint16(kind)
					b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { addExtension(b, kind, alpn) })
				}
			})
		})
	})
	return b.BytesOrPanic()
}

func addExtension(b *cryptobyte.Builder, kind uint16, alpn string) {
	switch kind {
	case extensionServerName:
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint8(0)
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte("h.example")) })
		})
	case extensionALPN:
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(alpn)) })
		})
	case extensionSupportedVersions:
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { addList(b, []uint16{0x6a6a, 0x0304, 0x0303}) })
	case extensionSignatureAlgorithms:
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			addList(b, []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601})
		})
	}
}

func addList(b *cryptobyte.Builder, list []uint16) {
	for _, v := range list {
		b.AddUint16(v)
	}
}

// splitRecords spreads one record over records of n bytes.
func splitRecords(record []byte, n int) []byte {
	var out []byte
	for rest := record[recordHeader:]; len(rest) > 0; {
		size := min(n, len(rest))
		out = append(append(out, 22, 3, 1, 0, byte(size)), rest[:size]...)
		rest = rest[size:]
	}
	return out
}

func TestTLSLaterAndNot(t *testing.T) {
	data := append([]byte{23, 3, 3, 0, 4}, "abcd"...)
	assert.Equal(t, "tls", Parse(Input{Payload: append(data, data...)}).Protocol)
	assert.Equal(t, "tls", Parse(Input{Payload: specHello("h2"), Known: "ftp"}).Protocol, "after AUTH TLS")
	for _, sample := range []string{"", "\x16\x03\x01", "\x17\x03\x03\x00\x01abcdefgh", "\x16\x03\x01\xff\xff\x01", "\x16\x04\x01\x00\x05\x01aaaa"} {
		assert.Empty(t, Parse(Input{Payload: []byte(sample)}).Protocol, "%q", sample)
	}
}

func BenchmarkTLS(b *testing.B) {
	client, _ := handshakeBytes(b, &tls.Config{ServerName: "far.example", NextProtos: []string{"h2"}})
	benchmark(b, Input{Payload: client})
}
