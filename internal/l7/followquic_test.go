package l7

import (
	"crypto/tls"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hello with post-quantum key shares needs two datagrams.
func TestFollowQUICRealClient(t *testing.T) {
	sent := dialQUIC(t, &tls.Config{ServerName: "far.example", NextProtos: []string{"far"}, InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}, false)
	first := Input{Payload: sent[0], UDP: true}
	m := Parse(first)
	require.True(t, Incomplete(first, &m), "the hello fits one datagram")
	assert.Empty(t, m.TLS.JA4)

	for name, order := range map[string][]int{"in order": {0, 1}, "reversed": {1, 0}, "repeated": {0, 0, 1}} {
		f := NewFollower("quic", "1")
		for i, at := range order {
			assert.False(t, f.Done())
			if m, _ = f.Follow(Input{Payload: sent[at], UDP: true}, i > 0); i < len(order)-1 {
				assert.Empty(t, m.TLS.JA4)
			}
		}
		assert.True(t, f.Done(), name)
		assert.Equal(t, "far.example", m.Server)
		assert.Regexp(t, `^q13d\d{4}fr_`, m.TLS.JA4)
	}
}

func TestFollowQUIC(t *testing.T) {
	hello := fromHex(t, rfcFrame)[4:]
	part := func(id string, token string, from, to int) Input {
		return Input{Payload: sealInitial(1, []byte(id), []byte(token), padded(cryptoFrame(hello, from, to)), uint32(from)), UDP: true}
	}
	const id, retried = "12345678", "a server's id"
	server := Input{Payload: sealInitial(1, []byte("other id"), nil, padded(cryptoFrame(hello, 0, 241)), 0), UDP: true, Direction: Ingress}
	short := Input{Payload: []byte("\x43abcdefghij"), UDP: true}
	for name, test := range map[string]struct {
		given []Input
		done  bool
	}{
		"three":        {[]Input{part(id, "", 200, 241), server, part(id, "", 0, 100), short, part(id, "", 100, 200)}, true},
		"one missing":  {[]Input{part(id, "", 200, 241), part(id, "", 0, 60)}, false},
		"retry":        {[]Input{part(id, "", 0, 60), part(retried, "token", 0, 60), part(retried, "token", 60, 241)}, true},
		"half a retry": {[]Input{part(id, "", 0, 60), part(retried, "token", 60, 241)}, false},
		"forged":       {[]Input{part(id, "", 0, 60), part("somebody", "", 60, 241)}, false},
		"with a token": {[]Input{part(id, "t", 0, 60), part("new ident", "t", 0, 0), part(id, "t", 60, 241)}, false},
	} {
		f := NewFollower("quic", "1")
		var last Message
		for _, in := range test.given {
			if m, news := f.Follow(in, false); news {
				last = m
			}
		}
		assert.Equal(t, test.done, f.Done(), name)
		assert.Equal(t, test.done, last.TLS.JA4 != "", name)
	}
}

func TestFollowQUICEnds(t *testing.T) {
	f := NewFollower("quic", "1")
	forged := Input{Payload: slices.Concat([]byte{0xc0, 0, 0, 0, 1, 8}, connectionID, []byte{0, 0, 0x40, 0xff}, make([]byte, 255)), UDP: true}
	for range maxHelloDatagrams {
		require.False(t, f.Done())
		_, news := f.Follow(forged, false)
		require.False(t, news)
	}
	assert.True(t, f.Done(), "no hello in so many")
}

func FuzzFollowQUIC(f *testing.F) {
	hello := fromHex(f, rfcFrame)[4:]
	f.Add(cryptoFrame(hello, 100, 241), cryptoFrame(hello, 0, 120), []byte("t"))
	f.Fuzz(func(t *testing.T, first, second, token []byte) {
		follower := &quicFollower{}
		for i, frames := range [][]byte{first, second, first} {
			frames = append(frames[:min(len(frames), 6000)], make([]byte, 20)...)
			datagram := sealInitial(1, connectionID, token[:min(len(token), 99)], frames, uint32(i))
			m, _ := follower.Follow(Input{Payload: datagram, UDP: true}, false)
			checkMessage(t, m)
			checkBounds(t, follower)
		}
	})
}
