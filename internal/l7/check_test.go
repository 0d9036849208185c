package l7

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkMessage asserts what holds of every Message, whatever the bytes were.
func checkMessage(t testing.TB, m Message) {
	t.Helper()
	for _, text := range []struct {
		value string
		limit int
	}{
		{m.Protocol, 8}, {m.Version, 10}, {m.Server, maxHostName},
		{m.HTTP.Method, maxMethod}, {m.HTTP.Path, maxPath}, {m.HTTP.UserAgent, maxAgent},
		{m.TLS.Version, 3}, {m.TLS.JA4, 36}, {m.DNS.QuestionName, 4 * maxName}, {m.DNS.QuestionType, 9},
	} {
		checkText(t, text.value, text.limit)
	}
	require.LessOrEqual(t, len(m.TLS.ALPN), maxALPN)
	for _, name := range m.TLS.ALPN {
		checkText(t, name, maxALPNName)
	}
	require.LessOrEqual(t, len(m.FTP.Commands), len(ftpVerbs)+len(ftpMechanisms))
	for _, command := range m.FTP.Commands {
		checkText(t, command, 16)
	}
	require.LessOrEqual(t, len(m.DNS.Answers), maxAnswers)
	require.GreaterOrEqual(t, m.HTTP.BodySize, int64(0))
	require.LessOrEqual(t, m.HTTP.BodySize, int64(maxBody))
	require.GreaterOrEqual(t, m.HTTP.More, 0)
	for _, size := range []int64{m.TFTP.Size, m.SMTP.Size} {
		require.GreaterOrEqual(t, size, int64(0))
		require.LessOrEqual(t, size, int64(maxBody))
	}
	require.False(t, m.Entropy < 0 || m.Entropy > 8 || math.IsNaN(m.Entropy), "entropy %v", m.Entropy)
	require.NotContains(t, m.HTTP.Path, "?")
}

func checkText(t testing.TB, text string, limit int) {
	t.Helper()
	if len(text) > limit || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		t.Fatalf("not clean text of at most %d bytes: %q", limit, text)
	}
}

// checkTruncated parses every beginning of the sample. Whatever the cut, the
// protocol is the right one or none.
func checkTruncated(t *testing.T, in Input, protocol string) {
	t.Helper()
	whole := in.Payload
	for end := range whole {
		in.Payload = whole[:end:end]
		m := Parse(in)
		checkMessage(t, m)
		if m.Protocol != "" {
			assert.Equal(t, protocol, m.Protocol, "cut at %d", end)
		}
	}
}

// seed is a sample and the protocol that it is told as over TCP and over UDP.
type seed struct{ sample, tcp, udp string }

// seeds are samples of every protocol, so that each fuzz target starts from
// where another ends.
var seeds = []seed{
	{"PUT http://u:p@Host:80/upload/a?k=v HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n", "http", ""},
	{"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nPUT /y HTTP/1.0\r\nContent-Length: 9\r\n\r\n", "http", ""},
	{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "http", ""},
	{preface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x03\x01\x05\x00\x00\x00\x01\x83\x84\x86", "http", ""},
	{"220 FTP ready\r\nUSER bob\r\nPASS x\r\nAUTH TLS\r\nPORT 1,2,3,4,5,6\r\n", "ftp", ""},
	{"227 Entering Passive Mode (1,2,3,4,5,6)\r\n229 ok (|||6446|)\r\n", "ftp", ""},
	{"EPRT |2|2001:db8::1|5282|\r\nSTOR a\r\n", "ftp", ""},
	{"220 h ESMTP\r\n", "smtp", ""},
	{"EHLO x\r\n", "smtp", ""},
	{"SSH-2.0-x\r\n", "ssh", ""},
	{"\xc0\x00\x00\x00\x01\x02ab\x02cd", "", "quic"},
	{"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "tls", ""},
	{"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x02bc\x00\x00\x01\x00\x01", "", "dns"},
	{"\x00\x02backup.tgz\x00octet\x00tsize\x0010485760\x00", "", "tftp"},
	{"\x00\x00\x00\x46\xfeSMB\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 44) +
		"\x41\x00\x01\x00\x11\x03", "smb", ""},
}

// What is told of one protocol stays told, whichever others there are.
func TestSeedsAreToldApart(t *testing.T) {
	for _, s := range seeds {
		for _, in := range []Input{{RemotePort: 21}, {RemotePort: 4000}} {
			in.Payload = []byte(s.sample)
			assert.Equal(t, s.tcp, Parse(in).Protocol, "%q", s.sample)
			in.UDP = true
			assert.Equal(t, s.udp, Parse(in).Protocol, "%q", s.sample)
		}
	}
}

// fuzzParse gives the bytes to one parser and to Parse.
func fuzzParse(f *testing.F, parse func(Input) (Message, bool)) {
	for _, s := range seeds {
		f.Add([]byte(s.sample), uint16(21), s.udp != "", "")
	}
	f.Fuzz(func(t *testing.T, payload []byte, port uint16, udp bool, known string) {
		in := Input{Payload: payload[:min(len(payload), MaxSample)], UDP: udp, RemotePort: port, Known: known}
		m, _ := parse(in)
		checkMessage(t, m)
		before := fmt.Sprintf("%+v", m)
		for i := range in.Payload {
			in.Payload[i] ^= 0xff // a Message holds none of the sample's memory
		}
		require.Equal(t, before, fmt.Sprintf("%+v", m))
	})
}

func parseAlways(in Input) (Message, bool) { return Parse(in), true }

func FuzzParse(f *testing.F) { fuzzParse(f, parseAlways) }
func FuzzHTTP1(f *testing.F) { fuzzParse(f, parseHTTP1) }
func FuzzHTTP2(f *testing.F) { fuzzParse(f, parseHTTP2) }
func FuzzTLS(f *testing.F)   { fuzzParse(f, parseTLS) }
func FuzzFTP(f *testing.F)   { fuzzParse(f, parseFTP) }
func FuzzDNS(f *testing.F)   { fuzzParse(f, parseDNS) }
func FuzzSMB(f *testing.F)   { fuzzParse(f, parseSMB) }
func FuzzTFTP(f *testing.F)  { fuzzParse(f, parseTFTP) }
func FuzzQUIC(f *testing.F)  { fuzzParse(f, parseQUIC) }

// FuzzSecret plants a password where passwords stand.
func FuzzSecret(f *testing.F) {
	const planted = "Xq9ZpLanted7"
	f.Add("USER bob\r\n", "\r\nSTOR a\r\n")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, secret := range []string{
			"PASS " + planted, "pass " + planted, "ACCT " + planted, "AUTH " + planted, "ADAT " + planted,
			"GET http://u:" + planted + "@h/ HTTP/1.1", "GET /x?token=" + planted, "Authorization: Bearer " + planted,
			"Cookie: " + planted, "AUTH PLAIN " + planted,
		} {
			for _, known := range []string{"", "ftp", "http", "smtp"} {
				in := Input{Payload: []byte("220 FTP\r\n" + strings.ReplaceAll(before, "HTTP", "") + "\r\n" + secret + "\r\n" + after), Known: known, RemotePort: 21}
				m := Parse(in)
				all := strings.Join(append(m.FTP.Commands, m.Server, m.HTTP.Path, m.HTTP.UserAgent, m.HTTP.Method, m.Version), " ")
				assert.NotContains(t, strings.ToLower(all), strings.ToLower(planted))
			}
		}
	})
}
