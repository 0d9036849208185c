package l7

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/dns/dnsmessage"
)

// wholes are samples that end where their protocol does.
func wholes(t testing.TB) map[string]Input {
	h2 := newH2()
	h2.open()
	h2.put(1, "/up", "3221225472")
	more := append(specHello("h2"), specHello("h2")...)
	return map[string]Input{
		"HTTP/1":                 {Payload: []byte(curlPut)},
		"HTTP/1, unknown method": {Payload: []byte("UPLOAD /d HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")},
		"HTTP/1, known":          {Payload: []byte(curlPut), Known: "http"},
		"HTTP/1, switch to h2c":  {Payload: []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), Direction: Ingress},
		"HTTP/2":                 {Payload: h2.Bytes()},
		"TLS":                    {Payload: specHello("h2")},
		"TLS, later":             {Payload: specHello("h2"), Known: "smtp"},
		"TLS, split records":     {Payload: splitRecords(specHello("h2"), 3)},
		"TLS, more records":      {Payload: more},
		"FTP":                    {Payload: []byte("PORT 192,0,2,9,4,1\r\n"), Known: "ftp"},
		"FTP, server":            {Payload: []byte("227 Entering Passive Mode (198,51,100,7,156,64).\r\n"), Known: "ftp", Direction: Ingress},
		"FTP, greeting":          {Payload: []byte("220-Welcome\r\n220-all of you\r\n220 ProFTPD Server\r\n"), Direction: Ingress},
		"SMTP, greeting":         {Payload: []byte("220 mail.example ESMTP\r\n"), Direction: Ingress},
		"SMTP":                   {Payload: []byte("EHLO client.example\r\n")},
		"SSH":                    {Payload: []byte("SSH-2.0-OpenSSH_9.2p1\r\n")},
		"SMB":                    {Payload: smb2(0, smb2Reply, "\x41\x00\x01\x00\x11\x03"), Direction: Ingress},
		"DNS":                    {Payload: overTCP(pack(t, response())), RemotePort: 53, Direction: Ingress},
	}
}

// Wherever a sample is cut, the cut is told unless nothing is missing.
func TestIncompleteWhereverSomethingIsMissing(t *testing.T) {
	for name, in := range wholes(t) {
		t.Run(name, func(t *testing.T) {
			whole := Parse(in)
			assert.False(t, Incomplete(in, &whole), "whole")
			all := in.Payload
			for end := 1; end < len(all); end++ {
				in.Payload = all[:end]
				m := Parse(in)
				if incomplete := Incomplete(in, &m); !incomplete {
					m.cut = false
					assert.Equal(t, whole, m, "cut at %d", end)
				}
			}
		})
	}
}

// A second request or command that is cut is waited for; one that has not begun
// is not.
func TestIncompletePipeline(t *testing.T) {
	for whole, next := range map[string]string{
		"GET / HTTP/1.1\r\n\r\n": "PUT /x HTTP/1.1\r\nContent-Length: 70000\r\n\r",
		"PASV\r\n":               "STOR stolen_data.txt",
	} {
		in := Input{Payload: []byte(whole), RemotePort: 21}
		m := Parse(in)
		assert.False(t, Incomplete(in, &m), whole)
		for end := 1; end < len(next); end++ {
			in.Payload = []byte(whole + next[:end])
			m = Parse(in)
			assert.True(t, Incomplete(in, &m), "%q", in.Payload)
		}
	}
}

func TestCompleteIsNotWaitedFor(t *testing.T) {
	random := make([]byte, 1400)
	_, _ = rand.NewChaCha8([32]byte{3}).Read(random)
	data := append([]byte{23, 3, 3, 0x40, 0}, random...)
	for name, in := range map[string]Input{
		"nothing":            {},
		"random":             {Payload: random},
		"TLS data":           {Payload: data, Known: "tls"},
		"TLS data, not seen": {Payload: data},
		"TLS certificate":    {Payload: append([]byte{22, 3, 3, 0x10, 0, 11, 0, 0x0f, 0xfc}, random...)},
		"huge hello":         {Payload: append([]byte{22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff}, random...)},
		"base64":             {Payload: bytes.Repeat([]byte("QUJD"), 350)},
		"text":               {Payload: []byte(strings.Repeat("some words ", 60))},
		"body with head":     {Payload: append([]byte(curlPut), random...)},
		"response":           {Payload: []byte("HTTP/1.1 200 OK\r\nContent-Le")},
		"UDP":                {Payload: []byte("GET"), UDP: true},
		"UDP, DNS":           {Payload: pack(t, query("a.example.", dnsmessage.TypeA))[:20], UDP: true, RemotePort: 53},
		"known, short":       {Payload: []byte("abc"), Known: "ssh"},
		"known to be none":   {Payload: []byte("abc"), Known: "unknown"},
		"full sample":        {Payload: []byte("PUT /a HTTP/1.1\r\nX: " + strings.Repeat("x", MaxSample))},
	} {
		m := Parse(in)
		assert.False(t, Incomplete(in, &m), name)
	}
}

func BenchmarkIncomplete(b *testing.B) {
	in := Input{Payload: []byte(curlPut)}
	m := Parse(in)
	for b.Loop() {
		Incomplete(in, &m)
	}
}
