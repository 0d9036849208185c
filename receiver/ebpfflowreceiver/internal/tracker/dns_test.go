package tracker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

func question(name string) dnsmessage.Message {
	return dnsmessage.Message{
		Header: dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{
			{Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
}

func answer(name string, ttl uint32, address [4]byte) dnsmessage.Message {
	m := question(name)
	m.Response = true
	m.Answers = []dnsmessage.Resource{{
		Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET, TTL: ttl},
		Body:   &dnsmessage.AResource{A: address}}}
	return m
}

func packed(t testing.TB, m dnsmessage.Message) string {
	text, err := m.Pack()
	require.NoError(t, err)
	return string(text)
}

func TestQuestionsAreToldAtOnce(t *testing.T) {
	resolver := datagrams(1, "198.51.100.53:53")
	records := newScene(t).run(t,
		says(resolver, packed(t, question("one.t.example."))), says(resolver, packed(t, question("two.t.example."))), ended(resolver, 60))
	require.Len(t, records, 3)
	assert.Equal(t, flow.DNS{QuestionName: "one.t.example", QuestionType: "A"}, records[0].DNS)
	assert.Equal(t, "two.t.example", records[1].DNS.QuestionName)
	assert.Zero(t, records[2].DNS, "told once")
	for _, r := range records {
		assert.Equal(t, "dns", r.Protocol)
		assert.Equal(t, "udp", r.Transport)
	}
}

func TestAnswersNameFlows(t *testing.T) {
	resolver := datagrams(1, "198.51.100.53:53")
	inside := datagrams(1, "127.0.0.11:53")
	theirs := in(other, socket(2, "203.0.113.5:443"))
	late := moved(socket(2, "203.0.113.5:443"), 1)
	late.Flow.End = 2e9 + 700e9 // after the answer at 2 s
	named := packed(t, answer("www.example.", 60, [4]byte{203, 0, 113, 5}))
	for name, c := range map[string]struct {
		told, flow event.Event
		want       string
	}{
		"the container's own":     {hears(resolver, named), moved(socket(2, "203.0.113.5:443"), 1), "www.example"},
		"by a resolver inside":    {hears(inside, named), moved(socket(2, "203.0.113.5:443"), 1), "www.example"},
		"another address":         {hears(resolver, named), moved(socket(2, "203.0.113.6:443"), 1), ""},
		"another container":       {hears(resolver, named), moved(theirs, 1), ""},
		"long ago":                {hears(resolver, named), late, ""},
		"answers that it gave":    {says(resolver, named), moved(socket(2, "203.0.113.5:443"), 1), ""},
		"a truncated answer":      {hears(resolver, named[:40]), moved(socket(2, "203.0.113.5:443"), 1), ""},
		"mapped into IPv6 (4291)": {hears(resolver, named), moved(socket(2, "[::ffff:203.0.113.5]:443"), 1), "www.example"},
	} {
		t.Run(name, func(t *testing.T) {
			records := newScene(t).run(t, c.told, c.flow)
			require.Len(t, records, 1)
			assert.Equal(t, c.want, records[0].Server)
		})
	}
}

// The client's own word goes before what DNS said.
func TestServerNameIsTheClients(t *testing.T) {
	web := socket(2, "203.0.113.5:80")
	records := newScene(t).run(t,
		hears(datagrams(1, "198.51.100.53:53"), packed(t, answer("cdn.example.", 60, [4]byte{203, 0, 113, 5}))),
		says(web, get), ended(web, 1))
	require.Len(t, records, 1)
	assert.Equal(t, "www.example", records[0].Server)
}
