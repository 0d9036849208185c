package l7

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSSH(t *testing.T) {
	for sample, want := range map[string]Message{
		"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n": {Protocol: "ssh", Version: "2.0"},
		"SSH-1.99-Cisco-1.25\n":                      {Protocol: "ssh", Version: "1.99"},
		"SSH-2.":                                     {Protocol: "ssh", cut: true},
	} {
		in := Input{Payload: []byte(sample)}
		assert.Equal(t, want, Parse(in), sample)
		checkTruncated(t, in, "ssh")
	}
	for _, sample := range []string{"SSH-", "SSH-x.0-y", "SSH-2x0", "SSH-2.\xff-"} {
		assert.Empty(t, Parse(Input{Payload: []byte(sample)}).Protocol, sample)
	}
}

func TestQUIC(t *testing.T) {
	ids := "\x08abcdefgh\x00rest"
	for sample, want := range map[string]string{
		"\xc3\x00\x00\x00\x01" + ids:   "1",
		"\xd3\x6b\x33\x43\xcf" + ids:   "2",
		"\xc3\xff\x00\x00\x1d" + ids:   "draft-29",
		"\xc3\x00\x00\x00\x02" + ids:   "",
		"\x43\x00\x00\x00\x01" + ids:   "",
		"\xc3\x00\x00\x00\x01\x15abcd": "",
	} {
		in := Input{Payload: []byte(sample), UDP: true, RemotePort: 443}
		m := Parse(in)
		assert.Equal(t, want, m.Version, "%q", sample)
		assert.Equal(t, want != "", m.Protocol == "quic", "%q", sample)
		checkTruncated(t, in, "quic")
	}
	short := Input{Payload: []byte("\x43abcdefghij"), UDP: true, Known: "quic"}
	assert.Equal(t, "quic", Parse(short).Protocol)
	assert.Empty(t, Parse(Input{Payload: []byte("\xc3\x00\x00\x00\x01" + ids)}).Protocol, "TCP")
}

func TestEntropy(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	assert.Equal(t, Message{Entropy: 8}, Parse(Input{Payload: every}))
	assert.InDelta(t, 1, Parse(Input{Payload: []byte("abababab")}).Entropy, 1e-12)
	assert.Zero(t, Parse(Input{Payload: []byte("aaaaaaaa")}).Entropy)
	assert.Equal(t, Message{}, Parse(Input{}))
	assert.Equal(t, Message{}, Parse(Input{Payload: every, Known: "http"}))
	assert.InDelta(t, 8, Parse(Input{Payload: every, Known: "ftp-data"}).Entropy, 1e-12)
}

// Random bytes are no protocol: the signs are strong enough.
func TestRandomBytesAreUnknown(t *testing.T) {
	source := rand.NewChaCha8([32]byte{1})
	for i := range 20000 {
		sample := make([]byte, 1+i%200)
		_, _ = source.Read(sample)
		for _, udp := range []bool{false, true} {
			assert.Empty(t, Parse(Input{Payload: sample, UDP: udp, RemotePort: 4000}).Protocol, "%x", sample)
		}
	}
}

func TestParseReadsAtMostMaxSample(t *testing.T) {
	sample := append([]byte(curlPut), make([]byte, 2*MaxSample)...)
	allocations := testing.AllocsPerRun(100, func() { Parse(Input{Payload: sample}) })
	assert.Less(t, allocations, 10.0)
	assert.Zero(t, testing.AllocsPerRun(100, func() { Parse(Input{Payload: sample[len(curlPut):]}) }))
}

// A target made to be slow to mask.
func BenchmarkHostileTarget(b *testing.B) {
	benchmark(b, Input{Payload: append([]byte("GET /"), bytes.Repeat([]byte("a://sk-"), MaxSample/7)...)})
}

func BenchmarkUnknown(b *testing.B) {
	sample := make([]byte, MaxSample)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(sample)
	benchmark(b, Input{Payload: sample, RemotePort: 4000})
}
