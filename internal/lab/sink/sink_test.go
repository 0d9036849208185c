package sink

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

func query(t testing.TB, name string, kind dnsmessage.Type) []byte {
	t.Helper()
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	text, err := m.Pack()
	require.NoError(t, err)
	return text
}

func TestTheZoneAnswersForItsOwnNamesOnly(t *testing.T) {
	zone := Zone{"drop.example.": netip.MustParseAddr("203.0.113.10"), "six.example.": netip.MustParseAddr("2001:db8::10")}
	for _, test := range []struct {
		name    string
		kind    dnsmessage.Type
		code    dnsmessage.RCode
		answers int
	}{
		{"drop.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, 1},
		{"drop.example.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, 0},
		{"six.example.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, 1},
		{"else.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, 0},
	} {
		text, err := zone.answer(query(t, test.name, test.kind))
		require.NoError(t, err)
		var reply dnsmessage.Message
		require.NoError(t, reply.Unpack(text))
		assert.Equal(t, test.code, reply.RCode, test.name)
		assert.Len(t, reply.Answers, test.answers, test.name)
		assert.EqualValues(t, 7, reply.ID)
	}
}

func FuzzZone(f *testing.F) {
	zone := Zone{"drop.example.": netip.MustParseAddr("203.0.113.10")}
	f.Add(query(f, "drop.example.", dnsmessage.TypeA))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, query []byte) {
		answer, err := zone.answer(query)
		if err == nil && len(answer) > len(query)+64 {
			t.Fatalf("%d bytes answered to %d", len(answer), len(query))
		}
	})
}
