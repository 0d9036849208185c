package l7

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

func query(name string, kind dnsmessage.Type) dnsmessage.Message {
	return dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
}

func header(name string, ttl uint32) dnsmessage.ResourceHeader {
	return dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: ttl}
}

func pack(t testing.TB, m dnsmessage.Message) []byte {
	t.Helper()
	packed, err := m.Pack()
	require.NoError(t, err)
	return packed
}

func overTCP(packed []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)
}

func response() dnsmessage.Message {
	m := query("Www.Example.Com.", dnsmessage.TypeA)
	m.Response = true
	m.Answers = []dnsmessage.Resource{
		{Header: header("www.example.com.", 300), Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("cdn.example.net.")}},
		{Header: header("cdn.example.net.", 60), Body: &dnsmessage.AResource{A: [4]byte{203, 0, 113, 5}}},
		{Header: header("other.example.", 60), Body: &dnsmessage.AResource{A: [4]byte{203, 0, 113, 66}}},
		{Header: header("CDN.example.net.", 30), Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("2001:db8::5").As16()}},
	}
	return m
}

func TestDNS(t *testing.T) {
	asked := Message{Protocol: "dns", DNS: DNSMessage{QuestionName: "secret.t.example", QuestionType: "TXT"}}
	answered := Message{Protocol: "dns", DNS: DNSMessage{Response: true, QuestionName: "www.example.com", QuestionType: "A", Answers: []DNSAnswer{
		{Address: netip.MustParseAddr("203.0.113.5"), TTL: 60}, {Address: netip.MustParseAddr("2001:db8::5"), TTL: 30},
	}}}
	for _, test := range []struct {
		packed []byte
		want   Message
	}{
		{pack(t, query("SECRET.t.example.", dnsmessage.TypeTXT)), asked},
		{pack(t, response()), answered},
	} {
		for _, port := range []uint16{53, 4000} {
			in := Input{Payload: test.packed, UDP: true, RemotePort: port}
			assert.Equal(t, test.want, Parse(in))
			checkTruncated(t, in, "dns")
			in = Input{Payload: overTCP(test.packed), RemotePort: port}
			assert.Equal(t, test.want, Parse(in))
			checkTruncated(t, in, "dns")
		}
	}
}

func TestDNSAnswersAreBounded(t *testing.T) {
	m := query("a.", dnsmessage.TypeA)
	m.Response = true
	for i := range 60 {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: header("a.", 1), Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, byte(i)}}})
	}
	assert.Len(t, Parse(Input{Payload: pack(t, m), UDP: true, RemotePort: 53}).DNS.Answers, maxAnswers)
}

// A tunnel's labels are any bytes; dnsmessage refuses some of them.
func TestDNSBinaryLabels(t *testing.T) {
	packed := append([]byte("\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"), "\x05A.\xff \\\x01t\x00\x00\x0a\x00\x01"...)
	m := Parse(Input{Payload: packed, UDP: true, RemotePort: 53})
	assert.Equal(t, DNSMessage{QuestionName: `a\.\255\032\\.t`, QuestionType: "NULL"}, m.DNS)
}

func TestQuestionType(t *testing.T) {
	for kind, want := range map[uint16]string{0: "", 1: "A", 28: "AAAA", 65: "HTTPS", 255: "ANY", 4242: "TYPE4242"} {
		assert.Equal(t, want, questionType(kind))
	}
}

func TestNotDNS(t *testing.T) {
	packed := pack(t, query("a.example.", dnsmessage.TypeA))
	update := append([]byte{0, 7, 0x28, 0}, packed[4:]...)
	trailing := append(packed[:len(packed):len(packed)], "smuggled"...)
	for _, in := range []Input{
		{Payload: update, UDP: true, RemotePort: 53},
		{Payload: trailing, UDP: true, RemotePort: 4000},
		{Payload: packed, RemotePort: 4000},
		{Payload: make([]byte, 64), UDP: true, RemotePort: 53},
	} {
		assert.Empty(t, Parse(in).Protocol)
	}
}

func BenchmarkDNSQuery(b *testing.B) {
	benchmark(b, Input{Payload: pack(b, query("a.example.com.", dnsmessage.TypeA)), UDP: true, RemotePort: 53})
}

func BenchmarkDNSResponse(b *testing.B) {
	benchmark(b, Input{Payload: pack(b, response()), UDP: true, RemotePort: 53})
}
